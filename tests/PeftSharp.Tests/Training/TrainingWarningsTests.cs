using PeftSharp.Optimization;
using PeftSharp.Training;
using PeftSharp.Training.Loop;

namespace PeftSharp.Tests.Training;

/// <summary>Arguments without effect give a warning; useful combinations do not.</summary>
public sealed class TrainingWarningsTests
{
    private static readonly (TrainingArguments Args, string? Says)[] _cases =
    [
        (new(), null), (new() { EvalSteps = 10 }, "EvalSteps"),
        (new() { EvalSteps = 10, EvalStrategy = IntervalStrategy.Epoch }, "EvalSteps"),
        (new() { EvalSteps = 10, EvalStrategy = IntervalStrategy.Steps }, null),
        (new() { EvalDelay = 1 }, "EvalDelay"), (new() { EvalDelay = 1, EvalStrategy = IntervalStrategy.Epoch }, null),
        (new() { MetricForBestModel = "f1" }, "MetricForBestModel"),
        (new() { MetricForBestModel = "f1", EvalStrategy = IntervalStrategy.Epoch }, null),
        (new() { GreaterIsBetter = true }, "GreaterIsBetter"),
        (new() { GreaterIsBetter = true, EvalStrategy = IntervalStrategy.Epoch }, "GreaterIsBetter"),
        (new() { GreaterIsBetter = false, EvalStrategy = IntervalStrategy.Epoch, MetricForBestModel = "loss" }, null),
        (new() { SaveTotalLimit = 2, SaveStrategy = SaveStrategy.No }, "SaveTotalLimit"), (new() { SaveTotalLimit = 2 }, null),
        (new() { SaveOnCancel = true }, null), (new() { SaveOnCancel = true, SaveOnlyModel = true }, "SaveOnCancel"),
        (new() { LoggingDir = "logs" }, "LoggingDir"), (new() { LoggingDir = "logs", ReportTo = ReportTo.TensorBoard }, null),
        (new() { PredictionLossOnly = true }, "computeMetrics"), (new() { AdamBeta1 = 0.8, Optim = OptimizerName.Sgd }, "AdamBeta1"),
        (new() { AdamEpsilon = 1e-6, Optim = OptimizerName.Adafactor }, "AdamEpsilon"), (new() { AdamBeta1 = 0.8 }, null),
        (new() { WarmupSteps = 20 }, "WarmupSteps"), (new() { WarmupSteps = 500 }, "WarmupSteps"), (new() { WarmupSteps = 19 }, null),
        (new() { WarmupSteps = 0.5 }, null),
        (new() { LearningRate = 1e3 }, "diverge"), (new() { LearningRate = 1e3, Optim = OptimizerName.Rmsprop }, "diverge"),
        (new() { LearningRate = 0.5, Optim = OptimizerName.Sgd }, null), (new() { LearningRate = 5e-3 }, null),
        (new() { MaxSteps = 5, NumTrainEpochs = 3 }, null), (new() { SaveSteps = 500, LoggingSteps = 500 }, null),
        (new() { DataloaderDropLast = true }, null), (new() { LoggingFirstStep = true, LoggingStrategy = IntervalStrategy.No }, null),
    ];

    public static TheoryData<int> Cases => new(Enumerable.Range(0, _cases.Length));

    [Theory, MemberData(nameof(Cases))]
    public void A_combination_without_effect_is_warned_of_by_name(int index)
    {
        var (args, says) = _cases[index];
        var warnings = TrainingWarnings.For(args, new StepPlan(20, 20, 20, 1, 20, 20), hasMetrics: true, hasOptimizer: false,
            hasSchedule: false, hasGroups: false).ToArray();
        if (says is null) warnings.Should().BeEmpty();
        else warnings.Should().ContainSingle().Which.Should().Contain(says);
    }
}
