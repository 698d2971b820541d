using System.Globalization;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Training;

namespace PeftSharp.Tests.Processes;

/// <summary>A program for <see cref="ChildProcess"/> whose data is larger than its managed memory may be.</summary>
internal static class MappedDataProgram
{
    /// <summary>
    /// Creates texts, tokenizes them and trains on them, with data in files only; returns the megabytes of the files, the maximum of the
    /// managed memory and the number of steps.
    /// </summary>
    internal static string LargeData()
    {
        var rows = int.Parse(Environment.GetEnvironmentVariable("ROWS")!, CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        File.Copy(
            Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", "tiny-bert", "vocab.txt"), folder.File("vocab.txt"));
        File.WriteAllText(folder.File("config.json"), """{"model_type": "bert"}""");
        var tokenizer = AutoTokenizer.FromPretrained(folder.Path);
        var texts = Dataset.FromDict(("label", Enumerable.Range(0, rows).Select(row => (long)(row % 2)).ToArray())).Map(
            batch => new Dictionary<string, string[]>
            {
                ["text"] = [.. batch.Indices.Select(row => string.Join(' ', Enumerable.Repeat($"the row {row} of a large text", 10)))],
            },
            batched: true, cache: new MapCache(folder.File("texts"), "texts"));
        var tokenized = texts.Tokenize(tokenizer, maxLength: 64, cacheFolder: folder.File("tokens"));
        var config = new BertConfig { HiddenSize = 32, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 2 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));
        var arguments = new TrainingArguments(folder.File("run")) { MaxSteps = 5, SaveStrategy = SaveStrategy.No };
        var trained = new Trainer(model, arguments, tokenized, tokenizer: tokenizer).Train();
        var files = Directory.GetFiles(folder.Path, "*.arrow", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        return string.Create(CultureInfo.InvariantCulture,
            $"{files >> 20} {GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes >> 20} {trained.GlobalStep}");
    }
}
