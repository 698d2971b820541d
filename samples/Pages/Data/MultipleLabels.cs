#region readme-multiple-labels-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

namespace Pages.Data;

/// <summary>Any number of labels for each text.</summary>
internal static class MultipleLabels
{
    internal static Trainer Run()
    {
        #region readme-multiple-labels
        string[] names = ["long", "funny", "sad"];
        var reviews = Dataset.FromRows(
        [
            new Review("a long , sad film", [true, false, true]),
            new Review("i laughed", [false, true, false]),
            new Review("a long film", [true, false, false]),
        ]);

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        Directory.CreateDirectory("review-model");
        File.WriteAllLines("review-model/vocab.txt",
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", "a", "long", "sad", "film", "i", "laughed"]);
        var tokenizer = BertTokenizer.FromPretrained("review-model");
        using var model = AutoModelForSequenceClassification.FromConfig(new BertConfig
        {
            VocabSize = tokenizer.Count, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 3,
        });

        var tokenized = reviews.Tokenize(tokenizer, maxLength: 64);
        var arguments = new TrainingArguments("review-run")
        {
            NumTrainEpochs = 100, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetMultiLabelReport(names).ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Evaluate());                                      // eval_f1_micro, eval_subset_accuracy, …
        Console.WriteLine(trainer.Predict(tokenized).EvalPrediction.GetMultiLabelReport(names, threshold: 0.3));
        #endregion
        return trainer;
    }

    #region readme-multiple-labels-types
    internal sealed record Review(string Text, bool[] Labels);
    #endregion
}
