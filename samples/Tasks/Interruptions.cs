#region readme-interruptions-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tokenization;
using PeftSharp.Training;
#endregion

/// <summary>A run that ends when the model no longer improves. It can be stopped and continued.</summary>
internal static class Interruptions
{
    internal static void Run()
    {
        #region readme-interruptions
        Seed.Set(42);
        string[] things = ["the food", "the service", "the room", "the view", "the price", "my stay"];
        string[] good = ["great", "lovely", "friendly", "perfect", "excellent"], bad = ["awful", "dirty", "rude", "terrible", "poor"];
        var data = Dataset.FromRows(things.SelectMany(thing => good.Select(word => ($"{thing} was {word}", "positive"))
            .Concat(bad.Select(word => ($"{thing} was {word}", "negative")))), "text", "label").ClassEncodeColumn("label");

        // A small new model. A published one: AutoModelForSequenceClassification.FromPretrained(folder, data.GetClassNames("label")).
        var tokenizer = new WordPieceTrainer().Train(data["text"].Cast<string>());
        var config = new BertConfig { HiddenSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 128 };
        using var model = AutoModelForSequenceClassification.FromConfig(config.WithTokenizer(tokenizer));

        // Evaluates and saves after each epoch, ends after ten consecutive evaluations that do not reduce the loss by more than 0.01, and
        // loads the best model.
        var split = data.Tokenize(tokenizer).TrainTestSplit(testSize: 0.25, seed: 42);
        var arguments = new TrainingArguments("interruptions")
        {
            NumTrainEpochs = 100, LearningRate = 1e-3, LoadBestModelAtEnd = true, EarlyStoppingPatience = 10, EarlyStoppingThreshold = 0.01,
            SaveTotalLimit = 1, SaveOnCancel = true,
        };
        var trainer = new Trainer(
            model, arguments, split["train"], split["test"], tokenizer: tokenizer, callbacks: [new ProgressCallback()]);
        using var console = new ConsoleCancellation();                              // Ctrl+C cancels the run instead of ending the process
        try
        {
            trainer.Train(Resume.IfPresent, cancellationToken: console.Token);      // continues from the last checkpoint if there is one
        }
        catch (OperationCanceledException stopped)
        {
            Console.WriteLine(stopped.Message);                                     // names the step and the checkpoint
            return;
        }
        Console.WriteLine($"the best loss was {trainer.State.BestMetric:F3}, after step {trainer.State.BestGlobalStep}");
        trainer.SaveModel("interruptions/model");
        #endregion
    }
}
