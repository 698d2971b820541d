#region readme-masks-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>A masked language model, trained on texts of a subject.</summary>
internal static class Masks
{
    internal static void Run()
    {
        #region readme-masks
        Seed.Set(42);
        (string Animal, string Sound)[] animals = [("dog", "barks"), ("cat", "meows"), ("cow", "moos"), ("duck", "quacks")];
        string[] places = ["house", "garden", "street", "field"], days = ["monday", "friday", "sunday"];
        var texts = animals.SelectMany(pair => places.SelectMany(place =>
            days.Select(day => $"on {day} the {pair.Animal} in the {place} {pair.Sound}"))).ToArray();

        // A small new model. A published one: AutoModelForMaskedLM.FromPretrained(folder).
        var tokenizer = new WordPieceTrainer().Train(texts);
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModelForMaskedLM.FromConfig(config.WithTokenizer(tokenizer));

        var arguments = new TrainingArguments("masks") { NumTrainEpochs = 150, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var collator = new DataCollatorForLanguageModeling(tokenizer, mlmProbability: 0.15);       // masks other tokens in each epoch
        var data = Dataset.FromDict(("text", texts)).Tokenize(tokenizer, "text", maxLength: 64);
        var trainer = new Trainer(model, arguments, data, dataCollator: collator, tokenizer: tokenizer);
        trainer.Train();
        trainer.SaveModel("masks/model");

        using var fill = MaskFiller.FromPretrained("masks/model");
        foreach (var candidate in fill.Fill($"on friday the cat in the garden {fill.MaskToken}", topK: 2))
            Console.WriteLine($"{candidate.Token} {candidate.Score:F3}: {candidate.Text}");
        #endregion
    }
}
