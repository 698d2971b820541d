#region readme-label-column-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

namespace Pages.Data;

/// <summary>Labels in a column of another name.</summary>
internal static class LabelColumn
{
    internal static void Run()
    {
        #region readme-label-column
        var dataset = Dataset.FromRows([new Article("The team won.", Topic.Sport), new Article("The vote is today.", Topic.Politics)]);

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        var tokenizer = new WordPieceTrainer().Train(dataset["Text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 2 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));

        var tokenized = dataset.Tokenize(tokenizer, maxLength: 64);
        var arguments = new TrainingArguments("topic-run") { NumTrainEpochs = 5, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, tokenized, tokenizer: tokenizer, labelColumn: "Topic");
        Console.WriteLine(trainer.Train().TrainingLoss);
        #endregion
    }

    #region readme-label-column-types
    internal enum Topic { Sport, Politics }

    internal sealed record Article(string Text, Topic Topic);
    #endregion
}
