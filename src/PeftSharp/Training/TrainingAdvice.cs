using PeftSharp.Optimization;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training;

/// <summary>Arguments that are valid but have no effect in their combination, or an unlikely one.</summary>
internal static class TrainingAdvice
{
    /// <summary>Above this rate an optimizer that moves each weight by about the rate in each step does not converge.</summary>
    private const double LargestSensibleRate = 0.1;

    private static readonly TrainingArguments _defaults = new();

    /// <param name="a">The arguments, which passed their check.</param>
    /// <param name="plan">The steps of the run.</param>
    /// <param name="hasMetrics">Whether the trainer has a function for metrics.</param>
    /// <param name="hasOptimizer">Whether the trainer was given an optimizer.</param>
    /// <param name="hasSchedule">Whether the trainer was given a schedule.</param>
    /// <param name="hasGroups">Whether the trainer was given a function for the parameter groups.</param>
    internal static IEnumerable<string> For(TrainingArguments a, StepPlan plan, bool hasMetrics, bool hasOptimizer, bool hasSchedule, bool hasGroups)
    {
        if (hasOptimizer && (a.Optim != _defaults.Optim || a.OptimArgs is not null)) yield return "Optim and OptimArgs have no effect because the trainer was given an optimizer.";
        if ((hasOptimizer || hasGroups) && a.WeightDecay != 0) yield return $"WeightDecay has no effect because the trainer was given {(hasOptimizer ? "an optimizer" : "parameter groups")}: set ParameterGroup.WeightDecay.";
        if (hasSchedule && (a.LearningRate, a.LrSchedulerType, a.WarmupSteps) != (_defaults.LearningRate, _defaults.LrSchedulerType, _defaults.WarmupSteps))
            yield return "LearningRate, LrSchedulerType and WarmupSteps have no effect because the trainer was given a schedule.";
        if (a.EvalStrategy == IntervalStrategy.No)
        {
            if (a.EvalSteps is not null) yield return "EvalSteps has no effect because EvalStrategy is No; set EvalStrategy to Steps.";
            if (a.EvalDelay > 0) yield return "EvalDelay has no effect because EvalStrategy is No.";
            if (a.MetricForBestModel is not null) yield return "MetricForBestModel has no effect because EvalStrategy is No.";
        }
        else if (a.EvalStrategy == IntervalStrategy.Epoch && a.EvalSteps is not null) yield return "EvalSteps has no effect because EvalStrategy is Epoch.";
        if (a.GreaterIsBetter is not null && a.BestMetric is null) yield return "GreaterIsBetter has no effect because no metric decides; set MetricForBestModel.";
        if (a.SaveTotalLimit is not null && a.SaveStrategy == SaveStrategy.No) yield return "SaveTotalLimit has no effect because SaveStrategy is No.";
        if (a.SaveOnCancel && a.SaveOnlyModel) yield return "SaveOnCancel writes a checkpoint that cannot be resumed because SaveOnlyModel is true.";
        if (a.LoggingDir is not null && a.ReportTo == ReportTo.None) yield return "LoggingDir has no effect because ReportTo is None; set it to TensorBoard.";
        if (a.PredictionLossOnly && hasMetrics) yield return "computeMetrics is not called because PredictionLossOnly is true.";
        if (!hasOptimizer && !IsAdam(a.Optim) && (a.AdamBeta1, a.AdamBeta2, a.AdamEpsilon) != (_defaults.AdamBeta1, _defaults.AdamBeta2, _defaults.AdamEpsilon))
            yield return $"AdamBeta1, AdamBeta2 and AdamEpsilon have no effect because Optim is {a.Optim}.";
        if (!hasSchedule && a.WarmupSteps.In(plan.MaxSteps) >= plan.MaxSteps) yield return $"WarmupSteps is {a.WarmupSteps.In(plan.MaxSteps)} and the run has {plan.MaxSteps} steps, so the learning rate never reaches LearningRate.";
        if (!hasOptimizer && !hasSchedule && (IsAdam(a.Optim) || a.Optim == OptimizerNames.Rmsprop) && a.LearningRate > LargestSensibleRate)
            yield return FormattableString.Invariant($"LearningRate is {a.LearningRate}: with {a.Optim} every step moves each weight by about that much, so the run will probably diverge. Usual rates are 1e-5 to 1e-3.");
    }

    private static bool IsAdam(OptimizerNames optim) => optim is OptimizerNames.AdamwTorch or OptimizerNames.AdamwTorchFused;
}
