using PeftSharp.Data;
using PeftSharp.Hub;
using PeftSharp.Metrics;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tests.Prediction;
using PeftSharp.Tests.Tokenization;
using PeftSharp.Tokenization;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Internal;

/// <summary>An exception names the parameter of the public method that was called, also if an internal method throws it.</summary>
public sealed class ParameterNameTests
{
    private static readonly Dictionary<string, Action> _calls = new()
    {
        ["stoppingStrategy"] = () => Datasets.InterleaveDatasets([Rows, Rows], stoppingStrategy: (StoppingStrategy)9),
        ["stoppingStrategy of streams"] = () => Datasets.InterleaveDatasets(
            [Rows.ToIterableDataset(), Rows.ToIterableDataset()], stoppingStrategy: (StoppingStrategy)9),
        ["scores"] = () => new float[2, 0].ArgMax(),
        ["split"] = () => Datasets.LoadDataset("folder", split: ""),
        ["wordPairs"] = () => Bert.EncodeWords(["a"], ["b", null!]),
        ["wordPairs of several texts"] = () => Bert.EncodeWords([["a"], ["b"]], [["c"], null!]),
        ["words"] = () => Bert.EncodeWords(["a", null!], ["b"]),
        ["value"] = () => Bert.PadToken = "not in the vocabulary",
        ["repository"] = () => Wait(hub => hub.DownloadFileAsync("not a repository", "file")),
        ["fileName"] = () => Wait(hub => hub.DownloadFileAsync("owner/name", "../file")),
        ["fileName of an upload"] = () => Wait(hub => hub.UploadFileAsync("owner/name", "path", "../file")),
        ["revision"] = () => Wait(hub => hub.DownloadFileAsync("owner/name", "file", "a:b")),
        ["repositoryType"] = () => Wait(hub => hub.DownloadSnapshotAsync("owner/name", repositoryType: (HubRepositoryType)9)),
        ["promptName"] = () => Use(encoder => encoder.Encode("a", promptName: "none")),
        ["batchSize"] = () => Use(encoder => encoder.Encode(["a"], batchSize: 0)),
        ["maxLength"] = () => Use(encoder => encoder.Encode("a", maxLength: 0)),
        ["embeddings"] = () => Use(encoder => encoder.MostSimilar([1, 0], [[1]])),
        ["messages"] = () => Bert.RenderChatTemplate(
            [new ChatMessage("user", "a")], new ChatTemplateOptions { ChatTemplate = "nothing", ContinueFinalMessage = true }),
        ["rows"] = () => new ImageCollator(
            new ImageProcessor(new ImageProcessorConfig { ImageProcessorType = "ViTImageProcessor" })).Collate([]),
    };

    public static TheoryData<string> Calls => [.. _calls.Keys];

    private static Dataset Rows => Dataset.FromDict(("i", new[] { 1, 2 }));

    private static Tokenizer Bert => AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-bert"));

    [Theory, MemberData(nameof(Calls))]
    public void The_parameter_is_one_of_the_called_method(string name) =>
        FluentActions.Invoking(_calls[name]).Should().Throw<ArgumentException>().WithParameterName(name.Split(' ')[0]);

    private static void Wait(Func<HubClient, Task> call)
    {
        using var client = new HubClient(new HubOptions { Offline = true });
        call(client).GetAwaiter().GetResult();
    }

    private static void Use(Action<SentenceEncoder> call)
    {
        using var folder = new TemporaryFolder();
        using var encoder = SentenceEncoder.FromPretrained(Recorded.FolderOf("bert-token-classification", folder));
        call(encoder);
    }
}
