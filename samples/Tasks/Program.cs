// Runs the programs of docs/tasks.md:
// dotnet run --project samples/Tasks [-- classes|rare|entities|labels|score|answers|masks|search [FOLDER]].
// On the page, each program is complete by itself.
var programs = new Dictionary<string, Action<string[]>>
{
    ["classes"] = Classes.Run,
    ["rare"] = RareClasses.Run,
    ["entities"] = Entities.Run,
    ["labels"] = SeveralLabels.Run,
    ["score"] = Score.Run,
    ["answers"] = Answers.Run,
    ["masks"] = Masks.Run,
    ["search"] = Search.Run,
};
if (args is [var unknown, ..] && !programs.ContainsKey(unknown))
{
    Console.Error.WriteLine($"'{unknown}' is not one of {string.Join(", ", programs.Keys)}.");
    return 2;
}
Directory.SetCurrentDirectory(Directory.CreateDirectory("tasks").FullName);
foreach (var (name, run) in programs.Where(program => args.Length == 0 || program.Key == args[0]))
{
    Console.WriteLine($"{name}:");
    run([.. args.Skip(1)]);
}
return 0;
