// Runs the programs of the pages in docs: dotnet run --project samples/Pages [-- NAME …]. Without a name, runs all programs.
// Only the tests run the programs of docs/images.md and docs/hub.md and the program that resumes a run of Python, because these programs
// need files or a server.
using Pages.Chat;
using Pages.Data;
using Pages.Extensions;
using Pages.MLTokenizers;
using Pages.Training;

var programs = new Dictionary<string, Func<Task>>
{
    ["rows"] = Rows.Run,                                                   // docs/data.md
    ["database"] = () => Task.Run(Database.Run),
    ["write-files"] = () => Task.Run(WriteFiles.Run),
    ["ml-net"] = () => Task.Run(MLNet.Run),                                // docs/ml-net.md
    ["label-column"] = () => Task.Run(LabelColumn.Run),
    ["disk"] = () => Task.Run(Disk.Run),
    ["multiple-labels"] = () => Task.Run(MultipleLabels.Run),
    ["streaming"] = () => Task.Run(Streaming.Run),
    ["word-tags"] = () => Task.Run(WordTags.Run),
    ["family"] = () => Task.Run(UseFamily.Run),                            // docs/add-a-model.md
    ["method"] = () => Task.Run(UseMethod.Run),                            // docs/add-a-tuner.md
    ["templates"] = () => Task.Run(Templates.Run),                         // docs/chat-templates.md
    ["vocabulary"] = () => Task.Run(Vocabulary.Run),
    ["chunks"] = () => Task.Run(Chunks.Run),                               // docs/microsoft-ml-tokenizers.md
    ["train-gpt2"] = () => Task.Run(TrainGpt2.Run),
};
programs["own-network"] = () => Task.Run(OwnNetwork.Run);                                           // docs/trainer.md
foreach (var example in TrainerPage.Examples) programs[example] = () => TrainerPage.Run(example);     // docs/trainer.md

if (args.FirstOrDefault(name => !programs.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is not one of {string.Join(", ", programs.Keys)}.");
    return 2;
}
Directory.SetCurrentDirectory(Directory.CreateDirectory("pages").FullName);
foreach (var (name, run) in programs.Where(program => args.Length == 0 || args.Contains(program.Key)))
{
    Console.WriteLine($"{name}:");
    await run();
}
return 0;
