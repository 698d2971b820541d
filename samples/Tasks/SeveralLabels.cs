#region readme-labels-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>Any number of labels for a text.</summary>
internal static class SeveralLabels
{
    internal static void Run()
    {
        #region readme-labels
        Seed.Set(42);
        string[] names = ["food", "price", "service"], phrases = ["the meal was cold", "it was too expensive", "the waiter was rude"];
        var rows = Enumerable.Range(0, 84).Select(i => names.Select((_, label) => (i % 7 + 1 >> label & 1) == 1).ToArray()).ToArray();
        var data = Dataset.FromDict(                                             // labels: true for each label that applies
            ("text", rows.Select(row => string.Join(" and ", phrases.Where((_, label) => row[label])))), ("labels", rows));

        // A small new model. A published one: AutoModelForSequenceClassification.FromPretrained(folder, names).
        var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer), names);

        var split = data.Tokenize(tokenizer).TrainTestSplit(testSize: 0.25, seed: 42);
        var arguments = new TrainingArguments("labels") { NumTrainEpochs = 30, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, split["train"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).GetMultiLabelReport());
        trainer.SaveModel("labels/model");

        using var classify = TextClassifier.FromPretrained("labels/model");
        foreach (var result in classify.Classify(["it was too expensive and the waiter was rude", "the meal was cold"], threshold: 0.5))
            Console.WriteLine($"{string.Join(", ", result.Labels)} (food {result["food"]:F3})");
        #endregion
    }
}
