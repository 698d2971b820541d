#region readme-rare-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>Classes with very different numbers of rows: weights of the classes in the loss.</summary>
internal static class RareClasses
{
    internal static void Run()
    {
        #region readme-rare
        Seed.Set(42);
        string[] things = ["the parcel", "the lamp", "the radio", "the phone", "my order", "the printer", "the camera", "the heater"];
        string[] often = ["is late", "has not arrived", "was sent to my neighbor", "is lost", "was left outside", "comes tomorrow"];
        var data = Dataset.FromRows(things.SelectMany(thing => often.Select(problem => ($"{thing} {problem}", "delivery"))
            .Append(($"{thing} is broken", "defect")).Append(($"{thing} was too expensive", "price"))), "text", "label")
            .ClassEncodeColumn("label");                                     // 48 rows of delivery, 8 of defect, 8 of price

        // A small new model. A published one: AutoModelForSequenceClassification.FromPretrained(folder, data.GetClassNames("label")).
        var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128, NumLabels = 3 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));

        // stratifyByColumn: both parts have rows of each class, in the same proportion.
        var split = data.Tokenize(tokenizer).TrainTestSplit(testSize: 0.25, seed: 42, stratifyByColumn: "labels");
        var arguments = new TrainingArguments("rare") { NumTrainEpochs = 20, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var weights = ClassWeights.Balanced(split["train"]);                 // 0.44 for delivery, 2.67 for the rare classes
        var trainer = new Trainer(
            model, arguments, split["train"], tokenizer: tokenizer, computeLoss: LossFunctions.CrossEntropy(weights));
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).GetClassificationReport());
        trainer.SaveModel("rare/model");

        using var classify = TextClassifier.FromPretrained("rare/model");
        Console.WriteLine(classify.Classify("the radio was too expensive").Label);
        #endregion
    }
}
