#region readme-own-network-usings
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using TorchSharp;
using TorchSharp.Modules;
#endregion

namespace Pages.Training;

/// <summary>A network that the program defines, trained on numbers.</summary>
internal static class OwnNetwork
{
    internal static void Run()
    {
        #region readme-own-network
        // The data: points of two rings; the label says which ring. A quarter of the points is kept for the evaluation.
        Seed.Set(42);
        var random = new Random(42);
        var points = Dataset.FromRows(Enumerable.Range(0, 400).Select(i =>
        {
            var (angle, radius) = (random.NextDouble() * Math.Tau, i % 2 + 1 + random.NextDouble() * 0.5);
            return new { values = new[] { (float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)) }, labels = i % 2 };
        })).TrainTestSplit(testSize: 0.25, seed: 42);

        // InputSpec names the column that the network reads. The objective computes the loss from the logits and the labels.
        using var model = new ModuleModel(new Rings(), [new InputSpec("values", InputKind.Values)],
            SequenceClassificationObjective.Instance, new ModuleConfig { NumLabels = 2 });
        var arguments = new TrainingArguments("rings-run") { NumTrainEpochs = 30, LearningRate = 1e-2, SaveStrategy = SaveStrategy.No };
        var trainer = new Trainer(model, arguments, points["train"], points["test"],
            computeMetrics: p => p.GetClassificationReport().ToMetrics());
        trainer.Train();
        Console.WriteLine($"accuracy {trainer.Evaluate()["eval_accuracy"]:F2}");

        model.SavePretrained("rings-model");                                  // model.LoadWeights("rings-model") loads it again
        #endregion
    }
}

#region readme-own-network-module
/// <summary>A network with one hidden layer.</summary>
internal sealed class Rings : torch.nn.Module<ModelInputs, ModelOutput>
{
    private readonly Sequential _layers = torch.nn.Sequential(
        torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2));

    internal Rings() : base(nameof(Rings)) => RegisterComponents();

    public override ModelOutput forward(ModelInputs inputs) => new() { Logits = _layers.call(inputs["values"]!) };
}
#endregion
