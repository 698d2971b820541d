#region readme-word-tags-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

namespace Pages.Data;

/// <summary>A tag for each word.</summary>
internal static class WordTags
{
    internal static (Trainer Trainer, Dataset Tokenized) Run()
    {
        #region readme-word-tags
        var sentences = Dataset.FromRows(
        [
            new Sentence(["Siobhan", "O'Brien", "won", "."], ["B-PER", "I-PER", "O", "O"]),
            new Sentence(["We", "met", "Ada"], ["O", "O", "B-PER"]),
        ]).ClassEncodeColumn("Tags");                                               // the classes: B-PER, I-PER, O

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        var tokenizer = new WordPieceTrainer().Train(sentences["Words"].Cast<string[]>().SelectMany(words => words));
        var config = new BertConfig { HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 3 };
        using var model = AutoModelForTokenClassification.FromConfig(config.WithTokenizer(tokenizer));

        var tokenized = sentences.TokenizeWords(tokenizer, maxLength: 64);
        var arguments = new TrainingArguments("name-run") { NumTrainEpochs = 30, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetEntityReport().ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Predict(tokenized).GetEntityReport());
        #endregion
        return (trainer, tokenized);
    }

    #region readme-word-tags-types
    internal sealed record Sentence(string[] Words, string[] Tags);
    #endregion
}
