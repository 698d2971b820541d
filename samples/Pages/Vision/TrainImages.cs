#region readme-train-images-usings
using PeftSharp.Metrics;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Training;
using PeftSharp.Tuners;
using PeftSharp.Vision;
#endregion

namespace Pages.Vision;

/// <summary>The program of <c>docs/images.md</c> that trains a ViT.</summary>
internal static class TrainImages
{
    internal static void Run()
    {
        #region readme-train-images
        Seed.Set(42);
        var dataset = ImageFolder.LoadDataset("pictures", "train").TrainTestSplit(testSize: 0.2, seed: 42);
        var processor = AutoImageProcessor.FromPretrained("vit-base-patch16-224");
        using var model = AutoModelForImageClassification.FromPretrained("vit-base-patch16-224", new PretrainedOptions
        {
            LabelNames = dataset["train"].GetClassNames("label"),
            IgnoreMismatchedSizes = true,                              // the classes of the new head differ from the checkpoint's
        });
        using var peft = model.GetPeftModel(new LoraConfig { R = 16, LoraAlpha = 16, LoraDropout = 0.1, ModulesToSave = ["classifier"] });

        var arguments = new TrainingArguments("vit-output")
        {
            NumTrainEpochs = 3, PerDeviceTrainBatchSize = 16, LearningRate = 5e-3, EvalStrategy = IntervalStrategy.Epoch,
        };
        var trainer = new Trainer(peft, arguments, dataset["train"], dataset["test"],
            new ImageCollator(processor, augmentation: new ImageAugmentation()),
            computeMetrics: p => new Dictionary<string, double>
            {
                ["accuracy"] = ClassificationMetrics.AccuracyScore(p.LabelIds.Values, p.Predictions.ArgMax()),
            });
        trainer.Train();
        Console.WriteLine($"accuracy {trainer.Evaluate()["eval_accuracy"]:F2}");

        peft.MergeAndUnload().SavePretrained("my-vit");
        processor.SavePretrained("my-vit");
        #endregion
    }
}
