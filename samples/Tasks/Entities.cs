#region readme-entities-usings
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>Entities in texts: a label for each token.</summary>
internal static class Entities
{
    internal static void Run(string[] args)
    {
        #region readme-entities
        Seed.Set(42);
        string[] people = ["Anna Smith", "Bob", "Carla Jones", "David", "Eva Brown"], places = ["Paris", "Rome", "Berlin", "Oslo"];
        var texts = people.SelectMany(person => places.SelectMany(place => new[]
        {
            $"{person} lives in {place} .", $"in {place} works {person} .", $"we met {person} near {place}",
        })).Select(text => text.Split(' '));
        // Each row has the words of a text and a tag for each word. ClassEncodeColumn replaces the tags with numbers.
        var data = Dataset.FromRows(texts.Select(words => new { words, tags = words.Select(Tag).ToArray() })).ClassEncodeColumn("tags");
        var names = data.GetClassNames("tags");                                              // B-LOC, B-PER, I-PER, O

        // The model: the folder that the first argument names, such as bert-base-cased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(texts.Select(words => string.Join(' ', words)));
        var tokenizer = AutoTokenizer.FromPretrained(name);
        using var model = AutoModelForTokenClassification.FromPretrained(name, new PretrainedOptions { LabelNames = names });

        var split = data.TokenizeWords(tokenizer, maxLength: 64).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("entities")
        {
            NumTrainEpochs = 50,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).EvalPrediction.GetEntityReport(names));      // a table of precision, recall and F1
        trainer.SaveModel("entities/model");

        using var recognize = EntityRecognizer.FromPretrained("entities/model");
        foreach (var entity in recognize.Recognize("we met Carla Jones near Oslo", AggregationStrategy.First))
            Console.WriteLine($"{entity.Type} {entity.Text} ({entity.Start}..{entity.End}) {entity.Score:F3}");

        string Tag(string word) =>
            places.Contains(word) ? "B-LOC"
            : people.Any(person => person.StartsWith(word)) ? "B-PER"
            : people.Any(person => person.EndsWith(word)) ? "I-PER"
            : "O";

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
