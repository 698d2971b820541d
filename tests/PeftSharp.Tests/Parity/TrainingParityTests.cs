using System.Text.Json.Nodes;
using PeftSharp.Metrics;
using PeftSharp.Serialization;
using PeftSharp.Training;
using PeftSharp.Training.Batching;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>
/// Whole runs of transformers' trainer, repeated: every log line, the metrics, the best step, the final weights and predictions.
/// </summary>
[Trait("Category", "Parity")]
public sealed class TrainingParityTests
{
    // Losses follow to 1e-4 through all steps. Gradient norms and weights are differences of nearly equal numbers later on, hence wider.
    private const double Losses = 1e-4, Norms = 2e-3, Weights = 2e-3;

    public static TheoryData<string> Runs => RecordedRun.Runs("*-*");

    [SkippableTheory, MemberData(nameof(Runs))]
    public void A_run_follows_the_recorded_one(string name)
    {
        var recorded = new RecordedRun(name);
        Skip.If(TestDevice.Current.type != TorchSharp.DeviceType.CPU && !recorded.Kind.EndsWith('0'),
            "A GPU has another random stream, and this run has dropout.");
        using var folder = new TemporaryFolder();
        var arguments = recorded.Arguments(folder.Path);
        var (trainer, output, final, prediction) = Repeat(
            recorded, arguments, name.Contains("early", StringComparison.Ordinal) ? [new EarlyStoppingCallback(2)] : []);

        AssertLog(recorded.Json["log_history"]!.AsArray(), trainer.State.LogHistory);
        Assert.Equal((int)recorded.Json["train_output"]!["global_step"]!, output.GlobalStep);
        Near((double)recorded.Json["train_output"]!["training_loss"]!, output.TrainingLoss, Losses, "training_loss");
        Assert.Equal((int)recorded.Json["max_steps"]!, trainer.State.MaxSteps);
        Assert.Equal((int)recorded.Json["num_train_epochs"]!, trainer.State.NumTrainEpochs);
        Assert.Equal((int?)recorded.Json["best_step"], trainer.State.BestGlobalStep);
        AssertLine((JsonObject)recorded.Json["final_evaluation"]!, final, "final_evaluation");

        using var scope = NewDisposeScope();
        var expected = Safetensors.Load(recorded.FinalFile);
        var weights = trainer.Model.state_dict();
        var reach = RoundingReach.OfRun(recorded);
        foreach (var (key, value) in expected.Where(pair => pair.Key != "predictions"))
        {
            // The head of GPT-2 is tied to its embeddings.
            var own = weights.ContainsKey(key) ? key : key.Replace("lm_head", "transformer.wte", StringComparison.Ordinal);
            reach.AssertNear(value, weights[own], own, Weights);
        }
        var rows = EvaluationOrder(recorded).Take((int)expected["predictions"].shape[0])
            .SelectMany(row => prediction.Predictions.Row(row).ToArray()).ToArray();
        Close.Equal(expected["predictions"], tensor(rows).reshape(expected["predictions"].shape), Weights, "predictions");
        trainer.Model.Dispose();
    }

    [SkippableFact]
    public void A_run_in_bfloat16_stays_near_the_recorded_one_of_autocast()
    {
        Skip.If(TestDevice.Current.type != TorchSharp.DeviceType.CPU, "The run was recorded on a CPU.");
        var recorded = new RecordedRun("bert-bf16");
        using var folder = new TemporaryFolder();
        var arguments = new TrainingArguments(folder.Path)
        {
            NumTrainEpochs = 2, PerDeviceTrainBatchSize = 8, LearningRate = 5e-3, LoggingSteps = 1, Bf16 = true, UseCpu = true,
        };
        var (trainer, _, final, _) = Repeat(recorded, arguments, []);
        foreach (var (line, found) in recorded.Json["log_history"]!.AsArray().Zip(trainer.State.LogHistory)
            .Where(pair => pair.First!["loss"] is not null))
        {
            Near((double)line!["loss"]!, found["loss"], 1e-2, $"loss of step {found["step"]}");
            Near((double)line["grad_norm"]!, found["grad_norm"], 0.1, $"grad_norm of step {found["step"]}");
        }
        Near((double)recorded.Json["final_evaluation"]!["eval_loss"]!, final["eval_loss"], 1e-2, "eval_loss");
        trainer.Model.Dispose();
    }

    [SkippableFact]
    public void Three_small_batches_take_the_step_of_one_large()
    {
        var recorded = new RecordedRun("bert-batch-24");
        using var folder = new TemporaryFolder();
        var arguments = recorded.Arguments(folder.Path);
        arguments = arguments with { PerDeviceTrainBatchSize = arguments.PerDeviceTrainBatchSize / 3, GradientAccumulationSteps = 3 };
        var (trainer, _, final, _) = Repeat(recorded, arguments, []);
        foreach (var line in recorded.Json["log_history"]!.AsArray())
            // Counted in batches and in padded tokens, and the batches are smaller here.
            foreach (var key in new[] { "epoch", "total_flos" }) ((JsonObject)line!).Remove(key);
        AssertLog(recorded.Json["log_history"]!.AsArray(), trainer.State.LogHistory);
        AssertLine((JsonObject)recorded.Json["final_evaluation"]!, final, "final_evaluation");
        trainer.Model.Dispose();
    }

    private static (Trainer, TrainOutput, IReadOnlyDictionary<string, double>, PredictionOutput) Repeat(
        RecordedRun recorded, TrainingArguments arguments, IEnumerable<TrainerCallback> callbacks)
    {
        var trainer = new Trainer(
            recorded.Model(), arguments, recorded.Rows("train"), recorded.Rows("eval"), recorded.Collator(),
            computeMetrics: recorded.IsLanguage ? null : ComputeMetrics, callbacks: callbacks);
        var output = trainer.Train();
        var final = trainer.Evaluate();
        return (trainer, output, final, trainer.Predict(recorded.Rows("eval")));
    }

    internal static Dictionary<string, double> ComputeMetrics(EvalPrediction p)
    {
        var (labels, guesses) = (p.LabelIds.Values, p.Predictions.ArgMax());
        var (precision, recall, f1) = ClassificationMetrics.PrecisionRecallFscoreSupport(labels, guesses, Average.Binary);
        return new()
        {
            ["accuracy"] = ClassificationMetrics.AccuracyScore(labels, guesses), ["f1"] = f1, ["precision"] = precision,
            ["recall"] = recall,
        };
    }

    /// <summary>
    /// The rows in the order in which transformers predicts them: grouped by length if the training was. PeftSharp predicts them in the
    /// order of the dataset.
    /// </summary>
    private static int[] EvaluationOrder(RecordedRun recorded)
    {
        var rows = recorded.Rows("eval");
        if ((string?)recorded.Json["arguments"]!["train_sampling_strategy"] != "group_by_length")
            return [.. Enumerable.Range(0, rows.Count)];
        manual_seed((long?)recorded.Json["arguments"]!["seed"] ?? 42);
        return RowOrder.GroupedByLength(
            RowLengths.Of(rows, rows, "length"), (int?)recorded.Json["arguments"]!["per_device_eval_batch_size"] ?? 8);
    }

    private static void AssertLog(JsonArray expected, IReadOnlyList<IReadOnlyDictionary<string, double>> found)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach (var (index, line) in expected.Index()) AssertLine((JsonObject)line!, found[index], $"log line {index}");
    }

    private static void AssertLine(JsonObject expected, IReadOnlyDictionary<string, double> found, string where)
    {
        foreach (var (key, node) in expected)
        {
            if (key == "epoch" && !found.ContainsKey(key)) continue;
            found.Should().ContainKey(key, "it is in the recorded {0}", where);
            var value = (double)node!;
            if (key is "loss" or "eval_loss" or "train_loss") Near(value, found[key], Losses, $"{where}, {key}");
            else if (key is "grad_norm") Near(value, found[key], Norms, $"{where}, {key}");
            else if (key is "learning_rate") Near(value, found[key], 1e-9, $"{where}, {key}");
            else Near(value, found[key], 1e-12, $"{where}, {key}");
        }
    }

    private static void Near(double expected, double found, double tolerance, string what) =>
        found.Should().BeApproximately(expected, tolerance * Math.Max(1e-12, Math.Abs(expected)) + 1e-15, "that is the recorded {0}", what);
}
