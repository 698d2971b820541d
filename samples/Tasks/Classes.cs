#region readme-classes-usings
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
using static PeftSharp.Data.Datasets;
#endregion

/// <summary>One of several classes for a text, from a CSV file.</summary>
internal static class Classes
{
    internal static void Run(string[] args)
    {
        #region readme-classes
        Seed.Set(42);
        string[] things = ["the food", "the service", "the room", "the view", "the price", "my stay"];
        string[] good = ["great", "lovely", "friendly", "perfect", "excellent"], bad = ["awful", "dirty", "rude", "terrible", "poor"];
        File.WriteAllLines("reviews.csv", ["text,label", .. things.SelectMany(thing =>
            good.Select(word => $"{thing} was {word},positive").Concat(bad.Select(word => $"{thing} was {word},negative")))]);

        var data = LoadDataset("reviews.csv", "train").ClassEncodeColumn("label");
        var names = data.GetClassNames("label");                                    // negative, positive
        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(data["text"].Cast<string>());
        var tokenizer = AutoTokenizer.FromPretrained(name);
        using var model = AutoModelForSequenceClassification.FromPretrained(name, new PretrainedOptions { LabelNames = names });

        var split = data.Tokenize(tokenizer, "text", maxLength: 64).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("classes")
        {
            NumTrainEpochs = 20,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer,
            computeMetrics: p => p.GetClassificationReport(names).ToMetrics());
        trainer.Train();
        Console.WriteLine($"accuracy {trainer.Evaluate()["eval_accuracy"]:F3}");
        trainer.SaveModel("classes/model");                                         // saves the tokenizer too

        using var classify = TextClassifier.FromPretrained("classes/model");
        foreach (var result in classify.Classify(["the room was lovely", "the price was awful"]))
            Console.WriteLine($"{result.Label} {result.Score:F3}");

        // A small model with random weights, so that the program runs without a download.
        static string SmallBert(IEnumerable<string> texts)
        {
            var words = texts.SelectMany(text => text.ToLowerInvariant().Split(' ')).Distinct();
            var folder = Directory.CreateDirectory("small-bert").FullName;
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
            using var model = AutoModel.FromConfig(new BertConfig
            {
                VocabSize = 5 + words.Count(), HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128,
                MaxPositionEmbeddings = 64,
            });
            model.SavePretrained(folder);
            return folder;
        }
        #endregion
    }
}
