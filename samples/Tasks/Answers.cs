#region readme-answers-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Training;
#endregion

/// <summary>Answers to questions, found in a text.</summary>
internal static class Answers
{
    internal static void Run(string[] args)
    {
        #region readme-answers
        Seed.Set(42);
        string[] people = ["Anna", "Bob", "Carla", "David"], cities = ["Paris", "Rome", "Berlin", "Oslo"];
        string[] jobs = ["doctor", "pilot", "cook"];
        var data = Dataset.FromRows(people.SelectMany(person => cities.SelectMany(city => jobs.SelectMany(job => new[]
        {
            new { question = $"where does {person} live", context = $"{person} is a {job} and lives in {city} now", answer = city },
            new { question = $"what is {person}", context = $"{person} is a {job} and lives in {city} now", answer = job },
        }))));

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(data["question"].Concat(data["context"]).Cast<string>());
        var tokenizer = AutoTokenizer.FromPretrained(name);
        using var model = AutoModelForQuestionAnswering.FromPretrained(name);

        var split = data.TokenizeAnswers(tokenizer, maxLength: 64).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("answers")
        {
            NumTrainEpochs = 30,
            LearningRate = 1e-3,
            PerDeviceTrainBatchSize = 16,
            SaveStrategy = SaveStrategy.No,
        };
        var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine($"loss {trainer.Evaluate()["eval_loss"]:F3}");
        trainer.SaveModel("answers/model");

        using var reader = QuestionAnswerer.FromPretrained("answers/model");
        var answer = reader.Answer("where does Bob live", "Bob is a cook and lives in Oslo now");
        Console.WriteLine($"{answer.Text} ({answer.Start}..{answer.End}) {answer.Score:F3}");

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
