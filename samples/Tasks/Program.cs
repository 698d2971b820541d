// Runs the programs of docs/tasks.md:
// dotnet run --project samples/Tasks [-- classes|rare|entities|labels|score|answers|masks|search|interruptions].
// On the page, each program is complete.
var programs = new Dictionary<string, Action>
{
    ["classes"] = Classes.Run,
    ["rare"] = RareClasses.Run,
    ["entities"] = Entities.Run,
    ["labels"] = SeveralLabels.Run,
    ["score"] = Score.Run,
    ["answers"] = Answers.Run,
    ["masks"] = Masks.Run,
    ["search"] = Search.Run,
    ["interruptions"] = Interruptions.Run,
};
if (args.FirstOrDefault(name => !programs.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is not one of {string.Join(", ", programs.Keys)}.");
    return 2;
}
Directory.SetCurrentDirectory(Directory.CreateDirectory("tasks").FullName);
foreach (var (name, run) in programs.Where(program => args.Length == 0 || args.Contains(program.Key)))
{
    Console.WriteLine($"{name}:");
    run();
}
return 0;
