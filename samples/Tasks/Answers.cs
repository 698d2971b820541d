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
    internal static void Run()
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

        // A small new model. A published one: AutoModelForQuestionAnswering.FromPretrained(folder).
        var tokenizer = new WordPieceTrainer().Train(data["question"].Concat(data["context"]).Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModelForQuestionAnswering.FromConfig(config.WithTokenizer(tokenizer));

        var split = data.TokenizeAnswers(tokenizer, maxLength: 64).TrainTestSplit(testSize: 0.2, seed: 42);
        var arguments = new TrainingArguments("answers") { NumTrainEpochs = 20, LearningRate = 1e-3, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, split["train"], split["test"], tokenizer: tokenizer);
        trainer.Train();
        Console.WriteLine($"loss {trainer.Evaluate()["eval_loss"]:F3}");
        trainer.SaveModel("answers/model");

        using var reader = QuestionAnswerer.FromPretrained("answers/model");
        var answer = reader.Answer("where does Bob live", "Bob is a cook and lives in Oslo now");
        Console.WriteLine($"{answer.Text} ({answer.Start}..{answer.End}) {answer.Score:F3}");
        #endregion
    }
}
