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
        var tokenizer = new WordPieceTrainer().Train(reviews["Text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer), names);

        var tokenized = reviews.Tokenize(tokenizer, maxLength: 64);
        var arguments = new TrainingArguments("review-run")
        {
            NumTrainEpochs = 100, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetMultiLabelReport().ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Evaluate());                                      // eval_f1_micro, eval_subset_accuracy, …
        Console.WriteLine(trainer.Predict(tokenized).GetMultiLabelReport(threshold: 0.3));
        #endregion
        return trainer;
    }

    #region readme-multiple-labels-types
    internal sealed record Review(string Text, bool[] Labels);
    #endregion
}
