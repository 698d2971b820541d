#region readme-masks-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>A masked language model, trained on texts of a subject.</summary>
internal static class Masks
{
    internal static void Run(string[] args)
    {
        #region readme-masks
        Seed.Set(42);
        (string Animal, string Sound)[] animals = [("dog", "barks"), ("cat", "meows"), ("cow", "moos"), ("duck", "quacks")];
        string[] places = ["house", "garden", "street", "field"], days = ["monday", "friday", "sunday"];
        var texts = animals.SelectMany(pair => places.SelectMany(place =>
            days.Select(day => $"on {day} the {pair.Animal} in the {place} {pair.Sound}"))).ToArray();
        var data = Dataset.FromDict(("text", texts));

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(texts);
        var tokenizer = AutoTokenizer.FromPretrained(name);
        using var model = AutoModelForMaskedLM.FromPretrained(name);

        var arguments = new TrainingArguments("masks")
        {
            NumTrainEpochs = 300,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var collator = new DataCollatorForLanguageModeling(tokenizer, mlmProbability: 0.15);       // masks other tokens in each epoch
        var tokenized = data.Tokenize(tokenizer, "text", maxLength: 64);
        var trainer = new Trainer(model, arguments, tokenized, dataCollator: collator, tokenizer: tokenizer);
        trainer.Train();
        trainer.SaveModel("masks/model");

        using var fill = MaskFiller.FromPretrained("masks/model");
        foreach (var candidate in fill.Fill($"on friday the cat in the garden {fill.MaskToken}", topK: 2))
            Console.WriteLine($"{candidate.Token} {candidate.Score:F3}: {candidate.Text}");

        // A small model with random weights, so that the program runs without a download.
        static string SmallBert(IEnumerable<string> texts)
        {
            var words = texts.SelectMany(text => text.ToLowerInvariant().Split(' ')).Distinct();
            var folder = Directory.CreateDirectory("small-bert").FullName;
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
            using var model = AutoModel.FromConfig(new BertConfig
            {
                VocabSize = 5 + words.Count(), HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128,
                MaxPositionEmbeddings = 64,
            });
            model.SavePretrained(folder);
            return folder;
        }
        #endregion
    }
}
