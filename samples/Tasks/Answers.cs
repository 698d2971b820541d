#region readme-answers-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
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
        var rows = people.SelectMany(person => cities.SelectMany(city => jobs.SelectMany(job => new[]
        {
            (Question: $"where does {person} live", Context: $"{person} is a {job} and lives in {city} now", Answer: city),
            (Question: $"what is {person}", Context: $"{person} is a {job} and lives in {city} now", Answer: job),
        }))).ToArray();

        // The model: the folder that the first argument names, such as bert-base-uncased, or a small one that this program makes.
        var name = args.FirstOrDefault() ?? SmallBert(rows.SelectMany(row => new[] { row.Question, row.Context }));
        var tokenizer = AutoTokenizer.FromPretrained(name);
        using var model = AutoModelForQuestionAnswering.FromPretrained(name);

        var data = Dataset.FromRows(rows.Select(row =>
        {
            var encoding = tokenizer.Encode(row.Question, row.Context, truncation: TruncationStrategy.OnlySecond, maxLength: 64);
            var start = row.Context.IndexOf(row.Answer, StringComparison.Ordinal);
            // The tokens of the context that lie within the answer.
            int[] tokens = [.. Enumerable.Range(0, encoding.Length).Where(token => encoding.SequenceIds[token] == 1
                && encoding.Offsets[token].End > start && encoding.Offsets[token].Start < start + row.Answer.Length)];
            return new
            {
                input_ids = encoding.Ids,
                token_type_ids = encoding.TypeIds,
                attention_mask = encoding.AttentionMask,
                start_positions = tokens[0],
                end_positions = tokens[^1],
            };
        }));
        var split = data.TrainTestSplit(testSize: 0.2, seed: 42);
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
