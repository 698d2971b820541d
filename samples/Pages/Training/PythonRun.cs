#region readme-python-run-usings
using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Training;
#endregion

namespace Pages.Training;

/// <summary>Resumes a run of transformers' trainer.</summary>
internal static class PythonRun
{
    internal static void Run()
    {
        #region readme-python-run
        const string checkpoint = "python-run/checkpoint-5";
        using var model = AutoModelForSequenceClassification.FromPretrained(checkpoint);
        // The rows of the Python run, in the same order.
        var train = Datasets.LoadDataset("json", dataFiles: ["train.jsonl"])["train"];

        // The arguments of the Python run: TrainingArguments("python-run", max_steps=10, per_device_train_batch_size=2, …).
        var arguments = new TrainingArguments("continued-run")
        {
            MaxSteps = 10,
            PerDeviceTrainBatchSize = 2,
            LearningRate = 5e-3,
            WarmupSteps = 3,
            WeightDecay = 0.01,
            AdamBeta2 = 0.99,
            LoggingSteps = 1,
            AllowPickle = true,                                      // optimizer.pt and other files of Python are pickle files
        };
        var trainer = new Trainer(model, arguments, train);
        var output = trainer.Train(resumeFromCheckpoint: checkpoint);
        Console.WriteLine($"{output.GlobalStep} steps are done, with a mean loss of {output.TrainingLoss:F4}.");
        #endregion
    }
}
