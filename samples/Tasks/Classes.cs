#region readme-classes-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>Classification of texts from a CSV file: one of several classes for each text.</summary>
internal static class Classes
{
    internal static void Run()
    {
        #region readme-classes
        Seed.Set(42);
        string[] things = ["the food", "the service", "the room", "the view", "the price", "my stay"];
        string[] good = ["great", "lovely", "friendly", "perfect", "excellent"], bad = ["awful", "dirty", "rude", "terrible", "poor"];
        File.WriteAllLines("reviews.csv", ["text,label", .. things.SelectMany(thing =>
            good.Select(word => $"{thing} was {word},positive").Concat(bad.Select(word => $"{thing} was {word},negative")))]);
        var data = Datasets.LoadDataset("reviews.csv", "train").ClassEncodeColumn("label");       // the classes: negative, positive

        // A small new model. A published one: AutoModelForSequenceClassification.FromPretrained(folder, data.GetClassNames("label")).
        var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128, NumLabels = 2 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));

        var split = data.Tokenize(tokenizer, "text", maxLength: 64).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("classes") { NumTrainEpochs = 20, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, split["train"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).GetClassificationReport());              // precision, recall and F1 of each class
        trainer.SaveModel("classes/model");                                                       // saves the tokenizer too

        using var classify = TextClassifier.FromPretrained("classes/model");
        foreach (var result in classify.Classify(["the room was lovely", "the price was awful"]))
            Console.WriteLine($"{result.Label} {result.Score:F3}");
        #endregion
    }
}
