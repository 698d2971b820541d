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
        ]).ClassEncodeColumn("Tags");
        var names = sentences.GetClassNames("Tags");                                // B-PER, I-PER, O

        // A small model with random weights and its tokenizer, so that the program runs without a download.
        Directory.CreateDirectory("name-model");
        File.WriteAllLines("name-model/vocab.txt",
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "siobhan", "o", "'", "brien", "won", ".", "we", "met", "ada"]);
        var tokenizer = BertTokenizer.FromPretrained("name-model");
        using var model = AutoModelForTokenClassification.FromConfig(new BertConfig
        {
            VocabSize = tokenizer.Count, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64,
            NumLabels = names.Count,
        });

        var tokenized = sentences.TokenizeWords(tokenizer, maxLength: 64);
        var arguments = new TrainingArguments("name-run") { NumTrainEpochs = 30, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, tokenized, tokenized, tokenizer: tokenizer,
            computeMetrics: prediction => prediction.GetEntityReport(names).ToMetrics());
        trainer.Train();
        Console.WriteLine(trainer.Predict(tokenized).EvalPrediction.GetEntityReport(names));
        #endregion
        return (trainer, tokenized);
    }

    #region readme-word-tags-types
    internal sealed record Sentence(string[] Words, string[] Tags);
    #endregion
}
