#region readme-score-usings
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>A number for a text (regression).</summary>
internal static class Score
{
    internal static void Run(string[] args)
    {
        #region readme-score
        Seed.Set(42);
        var stars = new Dictionary<string, double> { ["terrible"] = 1, ["poor"] = 2, ["decent"] = 3, ["good"] = 4, ["excellent"] = 5 };
        string[] things = ["the food", "the service", "the room", "the view", "the price"];
        var rows = things.SelectMany(thing => stars.Select(star => (Text: $"{thing} was {star.Key}", Score: star.Value))).ToArray();
        var data = Dataset.FromDict(("text", rows.Select(row => row.Text)), ("score", rows.Select(row => row.Score)));

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(data["text"].Cast<string>());
        var tokenizer = AutoTokenizer.FromPretrained(name);
        var options = new PretrainedOptions { LabelNames = ["stars"], ProblemType = ProblemType.Regression };
        using var model = AutoModelForSequenceClassification.FromPretrained(name, options);

        var tokenized = data.Tokenize(tokenizer, "text", labelColumn: "score", maxLength: 64);
        var arguments = new TrainingArguments("score")
        {
            NumTrainEpochs = 200,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: p => p.GetRegressionReport().ToMetrics());
        trainer.Train();
        Console.WriteLine($"root mean squared error {trainer.Evaluate()["eval_rmse"]:F2} stars");
        trainer.SaveModel("score/model");

        using var rate = TextClassifier.FromPretrained("score/model");
        foreach (var result in rate.Classify(["the view was excellent", "the food was poor"]))
            Console.WriteLine($"{result.Score:F1} {result.Label}");

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
