#region readme-entities-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>Entities in texts: a label for each token.</summary>
internal static class Entities
{
    internal static void Run()
    {
        #region readme-entities
        Seed.Set(42);
        string[] people = ["Anna Smith", "Bob", "Carla Jones", "David", "Eva Brown"], places = ["Paris", "Rome", "Berlin", "Oslo"];
        var texts = people.SelectMany(person => places.SelectMany(place => new[]
        {
            $"{person} lives in {place} .", $"in {place} works {person} .", $"we met {person} near {place}",
        })).ToArray();
        // Each row has the words of a text and a tag for each word. ClassEncodeColumn replaces the tags with numbers.
        var data = Dataset.FromRows(texts.Select(text => new { words = text.Split(' '), tags = text.Split(' ').Select(Tag).ToArray() }))
            .ClassEncodeColumn("tags");                                                      // B-LOC, B-PER, I-PER, O

        // A small new model. A published one: AutoModelForTokenClassification.FromPretrained(folder, data.GetClassNames("tags")).
        var tokenizer = new WordPieceTrainer().Train(texts);
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128, NumLabels = 4 };
        using var model = AutoModelForTokenClassification.FromConfig(config.WithTokenizer(tokenizer));

        var split = data.TokenizeWords(tokenizer).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("entities") { NumTrainEpochs = 25, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, split["train"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine(trainer.Predict(split["test"]).GetEntityReport());                     // precision, recall and F1 of each type
        trainer.SaveModel("entities/model");

        using var recognize = EntityRecognizer.FromPretrained("entities/model");
        foreach (var entity in recognize.Recognize("we met Carla Jones near Oslo", AggregationStrategy.First))
            Console.WriteLine($"{entity.Type} {entity.Text} ({entity.Start}..{entity.End}) {entity.Score:F3}");

        string Tag(string word) =>
            places.Contains(word) ? "B-LOC"
            : people.Any(person => person.StartsWith(word)) ? "B-PER"
            : people.Any(person => person.EndsWith(word)) ? "I-PER"
            : "O";
        #endregion
    }
}
