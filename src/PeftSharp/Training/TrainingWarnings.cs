using System.Globalization;
using PeftSharp.Internal;
using PeftSharp.Optimization;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training;

/// <summary>
/// Warnings about valid arguments that have no effect together with the other arguments, or probably another effect than intended.
/// </summary>
internal static class TrainingWarnings
{
    /// <summary>
    /// The learning rate above which Adam and RMSprop, whose updates are about as large as the learning rate, do not converge.
    /// </summary>
    private const double MaxUsualLearningRate = 0.1;

    private static readonly TrainingArguments _defaults = new();

    /// <param name="a">The arguments, which were checked.</param>
    /// <param name="plan">The steps of the run.</param>
    /// <param name="hasMetrics">Whether the trainer has <c>computeMetrics</c>.</param>
    /// <param name="hasOptimizer">Whether an optimizer was passed to the trainer.</param>
    /// <param name="hasSchedule">Whether a learning-rate schedule was passed to the trainer.</param>
    /// <param name="hasGroups">Whether <c>parameterGroups</c> was passed to the trainer.</param>
    internal static IEnumerable<string> For(
        TrainingArguments a, StepPlan plan, bool hasMetrics, bool hasOptimizer, bool hasSchedule, bool hasGroups)
    {
        if (hasOptimizer && (a.Optim != _defaults.Optim || a.OptimArgs is not null))
            yield return "Optim and OptimArgs have no effect because an optimizer was passed to the trainer.";
        if ((hasOptimizer || hasGroups) && a.WeightDecay != 0)
            yield return $"WeightDecay has no effect because {(hasOptimizer ? "an optimizer was" : "parameter groups were")} passed to the "
                + "trainer. Set ParameterGroup.WeightDecay.";
        if (hasSchedule
            && (a.LearningRate, a.LrSchedulerType, a.WarmupSteps)
                != (_defaults.LearningRate, _defaults.LrSchedulerType, _defaults.WarmupSteps))
            yield return "LearningRate, LrSchedulerType and WarmupSteps have no effect because a learning-rate schedule was passed "
                + "to the trainer.";
        if (a.EvalStrategy == IntervalStrategy.No)
        {
            if (a.EvalSteps is not null) yield return "EvalSteps has no effect because EvalStrategy is No. Set EvalStrategy to Steps.";
            if (a.EvalDelay > 0) yield return "EvalDelay has no effect because EvalStrategy is No.";
            if (a.MetricForBestModel is not null) yield return "MetricForBestModel has no effect because EvalStrategy is No.";
        }
        else if (a.EvalStrategy == IntervalStrategy.Epoch && a.EvalSteps is not null)
            yield return "EvalSteps has no effect because EvalStrategy is Epoch.";
        if (a.EarlyStoppingThreshold != 0 && a.EarlyStoppingPatience is null)
            yield return "EarlyStoppingThreshold has no effect because EarlyStoppingPatience is not set.";
        if (a.GreaterIsBetter is not null && a.BestMetric is null)
            yield return "GreaterIsBetter has no effect because MetricForBestModel is not set.";
        if (a.SaveTotalLimit is not null && a.SaveStrategy == SaveStrategy.No)
            yield return "SaveTotalLimit has no effect because SaveStrategy is No.";
        if (a.SaveOnCancel && a.SaveOnlyModel)
            yield return "SaveOnCancel writes a checkpoint that cannot be resumed because SaveOnlyModel is true.";
        if (a.LoggingDir is not null && a.ReportTo == ReportTo.None)
            yield return "LoggingDir has no effect because ReportTo is None. Set ReportTo to TensorBoard.";
        if (a.PredictionLossOnly && hasMetrics) yield return "computeMetrics is not called because PredictionLossOnly is true.";
        if (!hasOptimizer && !IsAdam(a.Optim)
            && (a.AdamBeta1, a.AdamBeta2, a.AdamEpsilon) != (_defaults.AdamBeta1, _defaults.AdamBeta2, _defaults.AdamEpsilon))
            yield return $"AdamBeta1, AdamBeta2 and AdamEpsilon have no effect because Optim is {a.Optim}.";
        if (!hasSchedule && a.WarmupSteps.In(plan.MaxSteps) >= plan.MaxSteps)
            yield return $"WarmupSteps is {a.WarmupSteps.In(plan.MaxSteps)} and the run has {Quantity.Of(plan.MaxSteps, "step")}, "
                + "so the learning rate never reaches LearningRate. Reduce WarmupSteps.";
        if (!hasOptimizer && !hasSchedule && (IsAdam(a.Optim) || a.Optim == OptimizerName.Rmsprop)
            && a.LearningRate > MaxUsualLearningRate)
            yield return $"LearningRate is {a.LearningRate.ToString(CultureInfo.InvariantCulture)}. With {a.Optim}, each step changes each "
                + "weight by about the learning rate, so the run will probably diverge. Usual values are 1e-5 to 1e-3.";
    }

    private static bool IsAdam(OptimizerName optim) => optim is OptimizerName.AdamwTorch or OptimizerName.AdamwTorchFused;
}
