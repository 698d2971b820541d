#region readme-streaming-usings
using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

namespace Pages.Data;

/// <summary>Rows that are read from files during the training of a model.</summary>
internal static class Streaming
{
    internal static TrainOutput Run()
    {
        #region readme-streaming
        // A file that could be larger than the memory.
        File.WriteAllLines("reviews.jsonl", Enumerable.Range(0, 500).Select(i =>
            i % 2 == 0 ? $"{{\"text\": \"a good film {i}\", \"label\": 1}}" : $"{{\"text\": \"a bad film {i}\", \"label\": 0}}"));

        var reviews = Datasets.StreamDataset("reviews.jsonl", "train").Shuffle(seed: 42, bufferSize: 100);
        foreach (var row in reviews.Take(2))
            Console.WriteLine(row);
        // {text: "a good film 8", label: 1}
        // {text: "a bad film 77", label: 0}

        // The position can be stored. Another process continues exactly there.
        using (var rows = reviews.GetEnumerator())
            for (var i = 0; i < 10; i++) rows.MoveNext();
        File.WriteAllText("position.json", reviews.StateDict().ToJsonString());
        reviews.LoadStateDict(JsonNode.Parse(File.ReadAllText("position.json"))!.AsObject());
        Console.WriteLine(reviews.First());                                  // the eleventh row

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        var tokenizer = new WordPieceTrainer().Train(["a good film", "a bad film"]);
        var config = new BertConfig { HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 2 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));

        var stream = Datasets.StreamDataset("reviews.jsonl", "train").Shuffle(seed: 42, bufferSize: 100).Tokenize(tokenizer, maxLength: 16);
        var arguments = new TrainingArguments("stream-run") { MaxSteps = 100, SaveSteps = 50, LearningRate = 1e-3 };
        var trainer = new Trainer(model, arguments, stream, tokenizer: tokenizer);
        var output = trainer.Train(Resume.IfPresent);
        Console.WriteLine(output.TrainingLoss);
        #endregion
        return output;
    }
}
