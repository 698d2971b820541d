#region readme-score-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>A number for a text (regression).</summary>
internal static class Score
{
    internal static void Run()
    {
        #region readme-score
        Seed.Set(42);
        string[] things = ["the food", "the service", "the room", "the view", "the price"];
        string[] words = ["terrible", "poor", "decent", "good", "excellent"];                   // one to five stars
        var data = Dataset.FromRows(
            things.SelectMany(thing => words.Select((word, index) => ($"{thing} was {word}", index + 1.0))), "text", "stars");

        // A small new model. A published one: AutoModelForSequenceClassification.FromPretrained(folder, ["stars"]).
        var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer), ["stars"]);

        var split = data.Tokenize(tokenizer, labelColumn: "stars").TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("score") { NumTrainEpochs = 150, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, split["train"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine($"root mean squared error {trainer.Predict(split["test"]).GetRegressionReport().RootMeanSquaredError:F2} stars");
        trainer.SaveModel("score/model");

        using var rate = TextClassifier.FromPretrained("score/model");
        foreach (var result in rate.Classify(["the view was excellent", "the food was poor"]))
            Console.WriteLine($"{result.Score:F1} {result.Label}");
        #endregion
    }
}
