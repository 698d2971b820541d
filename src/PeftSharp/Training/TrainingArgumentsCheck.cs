using System.Globalization;
using PeftSharp.Data;
using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Optimization;
using PeftSharp.Training.Loop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Checks all arguments before a run starts and reports every invalid value.</summary>
internal static class TrainingArgumentsCheck
{
    /// <summary>The metrics of every evaluation, without prefix.</summary>
    private static readonly string[] _commonMetrics = ["loss", "runtime", "samples_per_second", "steps_per_second"];

    /// <param name="args">The arguments.</param>
    /// <param name="evaluations">
    /// The prefix of the metrics of each evaluation dataset, such as <c>eval_</c>; empty if there is none.
    /// </param>
    /// <param name="hasMetrics">Whether the trainer has <c>computeMetrics</c>.</param>
    /// <param name="hasSchedule">Whether a learning-rate schedule was passed to the trainer.</param>
    /// <param name="stream">The training data, if it is a stream; null otherwise.</param>
    /// <exception cref="ArgumentException">
    /// One or more values are invalid; the message lists each with its value and the remedy.
    /// </exception>
    internal static void Check(
        TrainingArguments args, IReadOnlyList<string> evaluations, bool hasMetrics, bool hasSchedule, IterableDataset? stream = null)
    {
        string[] problems =
            [.. Problems(args, evaluations, hasMetrics, hasSchedule), .. stream is null ? [] : StreamProblems(args, stream)];
        if (problems.Length > 0)
            throw new ArgumentException(
                $"TrainingArguments has invalid values:{string.Concat(problems.Select(problem => $"\n - {problem}"))}", nameof(args));
    }

    private static IEnumerable<string> Problems(TrainingArguments a, IReadOnlyList<string> evaluations, bool hasMetrics, bool hasSchedule)
    {
        var hasEvaluation = evaluations.Count > 0;
        if (string.IsNullOrWhiteSpace(a.OutputDir)) yield return "OutputDir is empty; set the folder of the checkpoints.";
        else if (a.PushToHub && !HubClient.IsRepositoryName(a.HubRepository))
            yield return a.HubModelId is { } id ? $"HubModelId is '{id}', which is not the name of a repository; set OWNER/NAME."
                : $"PushToHub is set, and '{a.HubRepository}' (the folder of OutputDir) is not the name of a repository; set HubModelId.";
        if (a.MaxSteps == 0 || a.MaxSteps < -1) yield return $"MaxSteps is {a.MaxSteps}; it must be above 0, or -1 to use NumTrainEpochs.";
        if (a.MaxSteps < 0 && !(a.NumTrainEpochs > 0 && double.IsFinite(a.NumTrainEpochs)))
            yield return $"NumTrainEpochs is {Text(a.NumTrainEpochs)}; it must be above 0 and finite, unless MaxSteps is set.";
        foreach (var (name, value) in new[]
        {
            ("PerDeviceTrainBatchSize", a.PerDeviceTrainBatchSize), ("PerDeviceEvalBatchSize", a.PerDeviceEvalBatchSize),
            ("GradientAccumulationSteps", a.GradientAccumulationSteps),
        })
            if (value < 1) yield return $"{name} is {value}; it must be at least 1.";
        if (a.DataloaderNumWorkers < 0)
            yield return $"DataloaderNumWorkers is {a.DataloaderNumWorkers}; it must be 0 (no prefetching) or more.";
        if (a.Seed < 0) yield return $"Seed is {a.Seed}; it must not be negative.";
        if (a.DataSeed is < 0) yield return $"DataSeed is {a.DataSeed}; it must not be negative.";

        if (!(a.LearningRate >= 0 && double.IsFinite(a.LearningRate)))
            yield return $"LearningRate is {Text(a.LearningRate)}; it must be at least 0 and finite.";
        if (!(a.WeightDecay >= 0 && double.IsFinite(a.WeightDecay)))
            yield return $"WeightDecay is {Text(a.WeightDecay)}; it must be at least 0 and finite.";
        foreach (var (name, value) in new[] { ("AdamBeta1", a.AdamBeta1), ("AdamBeta2", a.AdamBeta2) })
            if (!(value is >= 0 and < 1)) yield return $"{name} is {Text(value)}; it must be at least 0 and less than 1.";
        if (!(a.AdamEpsilon >= 0 && double.IsFinite(a.AdamEpsilon)))
            yield return $"AdamEpsilon is {Text(a.AdamEpsilon)}; it must be at least 0 and finite.";
        if (!(a.MaxGradNorm >= 0)) yield return $"MaxGradNorm is {Text(a.MaxGradNorm)}; it must be 0 (no clipping) or more.";
        if (!(a.WarmupSteps.Value >= 0)) yield return $"WarmupSteps is {a.WarmupSteps}; it must be 0 or more.";
        else if (a.WarmupSteps.Value >= 1 && !IsWhole(a.WarmupSteps.Value))
            yield return $"WarmupSteps is {a.WarmupSteps}; use an integer number of steps, or a ratio below 1.";

        if (a.LoggingStrategy == IntervalStrategy.Steps && Interval("LoggingSteps", a.LoggingSteps) is { } logging) yield return logging;
        if (a.EvalStrategy == IntervalStrategy.Steps && Interval("EvalSteps", a.EvalSteps ?? a.LoggingSteps) is { } evaluation)
            yield return evaluation;
        if (a.SaveStrategy == SaveStrategy.Steps && Interval("SaveSteps", a.SaveSteps) is { } saving) yield return saving;
        if (!(a.EvalDelay >= 0 && double.IsFinite(a.EvalDelay)))
            yield return $"EvalDelay is {Text(a.EvalDelay)}; it must be at least 0 and finite.";
        if (a.SaveTotalLimit is < 1) yield return $"SaveTotalLimit is {a.SaveTotalLimit}; it must be at least 1, or null to keep all.";
        if (a.LoggingDir is { } logs && string.IsNullOrWhiteSpace(logs))
            yield return "LoggingDir is empty; set a folder, or null for 'runs' in OutputDir.";
        foreach (var problem in UndefinedEnumValues(a).Concat(ScheduleProblems(a)).Concat(OptimizerProblems(a))) yield return problem;

        if (!hasEvaluation && a.EvalStrategy != IntervalStrategy.No)
            yield return $"{EvaluationReason(a)}, but there is no evaluation dataset; pass evalDataset.";
        if (!hasEvaluation && a.EvalOnStart) yield return "EvalOnStart is true, but there is no evaluation dataset; pass evalDataset.";
        if (a.SaveStrategy == SaveStrategy.Best && a.EvalStrategy == IntervalStrategy.No)
            yield return "SaveStrategy is Best, but EvalStrategy is No; set EvalStrategy to Steps or Epoch.";
        if (a.LrSchedulerType == SchedulerType.ReduceLrOnPlateau && a.EvalStrategy == IntervalStrategy.No)
            yield return "LrSchedulerType is ReduceLrOnPlateau, but EvalStrategy is No; set EvalStrategy to Steps or Epoch.";
        if (a.EarlyStoppingPatience is < 1)
            yield return $"EarlyStoppingPatience is {a.EarlyStoppingPatience}; it must be at least 1, or null for no early stopping.";
        if (!(a.EarlyStoppingThreshold >= 0 && double.IsFinite(a.EarlyStoppingThreshold)))
            yield return $"EarlyStoppingThreshold is {Text(a.EarlyStoppingThreshold)}; it must be at least 0 and finite.";
        if (a.EarlyStoppingPatience is not null && a.EvalStrategy == IntervalStrategy.No)
            yield return "EarlyStoppingPatience requires evaluations, but EvalStrategy is No; set EvalStrategy to Steps or Epoch.";
        if (a.MetricForBestModel is { } metric && string.IsNullOrWhiteSpace(metric))
            yield return "MetricForBestModel is empty; set the name of a metric, or null for the loss.";
        else if (a.BestMetric is { } best
            && MetricProblem(a, best, hasEvaluation ? evaluations : ["eval_"], hasMetrics) is { } metricProblem)
            yield return metricProblem;
        if (hasSchedule && a.LrSchedulerType == SchedulerType.ReduceLrOnPlateau)
            yield return "LrSchedulerType is ReduceLrOnPlateau, but optimizers contains a schedule; set one of the two.";
        if (a.LoadBestModelAtEnd)
            foreach (var problem in BestModelProblems(a)) yield return problem;
    }

    private static IEnumerable<string> StreamProblems(TrainingArguments a, IterableDataset stream)
    {
        if (a.MaxSteps < 0 && stream.RowCount is null)
            yield return "MaxSteps is -1, but trainDataset is a stream whose number of rows is not known, so the number of steps cannot be "
                + "computed from NumTrainEpochs; set MaxSteps.";
        if (a.TrainSamplingStrategy == SamplingStrategy.GroupByLength)
            yield return "TrainSamplingStrategy is GroupByLength, but the rows of a stream are read in the order of the stream; remove "
                + "the argument, or pass a Dataset (IterableDataset.ToDataset).";
    }

    /// <summary>Returns the argument that requires evaluations, and its value.</summary>
    private static string EvaluationReason(TrainingArguments a) =>
        a.EvalStrategy == a.WithoutBestModel.EvalStrategy ? $"EvalStrategy is {a.EvalStrategy}"
            : a.LoadBestModelAtEnd ? "LoadBestModelAtEnd is true"
            : $"EarlyStoppingPatience is {a.EarlyStoppingPatience}";

    /// <summary>Returns a message if no evaluation can return the metric for the best model; otherwise null.</summary>
    private static string? MetricProblem(TrainingArguments a, string best, IReadOnlyList<string> evaluations, bool hasMetrics)
    {
        string[] common = [.. evaluations.SelectMany(prefix => _commonMetrics.Select(name => prefix + name))];
        if (common.Contains(best)) return null;
        if (!hasMetrics || a.PredictionLossOnly)
            return $"MetricForBestModel is '{a.MetricForBestModel ?? "loss"}', "
                + $"but {(hasMetrics ? "PredictionLossOnly is true" : "computeMetrics was not passed")}, "
                + $"so the only metrics are {string.Join(", ", common)}; set one of them, or "
                + $"{(hasMetrics ? "set PredictionLossOnly to false" : "pass computeMetrics")}.";
        return evaluations.Any(prefix => best.StartsWith(prefix, StringComparison.Ordinal)) ? null
            : $"MetricForBestModel is '{a.MetricForBestModel ?? "loss"}', but the metrics of the evaluation datasets start with "
                + $"{string.Join(", ", evaluations)}; set one of them, such as '{evaluations[0]}loss'.";
    }

    /// <summary>Returns a message for each enum value that is not defined.</summary>
    private static IEnumerable<string> UndefinedEnumValues(TrainingArguments a) =>
        new (string Name, Enum Value)[]
        {
            (nameof(a.TrainSamplingStrategy), a.TrainSamplingStrategy), (nameof(a.Optim), a.Optim),
            (nameof(a.LrSchedulerType), a.LrSchedulerType), (nameof(a.LoggingStrategy), a.LoggingStrategy),
            (nameof(a.ReportTo), a.ReportTo), (nameof(a.EvalStrategy), a.EvalStrategy), (nameof(a.SaveStrategy), a.SaveStrategy),
            (nameof(a.HubStrategy), a.HubStrategy),
        }.Where(entry => !Enum.IsDefined(entry.Value.GetType(), entry.Value))
            .Select(entry => $"{entry.Name} is {entry.Value}, which is not defined in {TypeName.Of(entry.Value)}; "
                + $"use one of {string.Join(", ", Enum.GetNames(entry.Value.GetType()))}.");

    /// <summary>Returns the error of the schedule, which is created for a run of one step.</summary>
    private static IEnumerable<string> ScheduleProblems(TrainingArguments a)
    {
        if (!(a.LearningRate >= 0 && a.WarmupSteps.Value >= 0) || !Enum.IsDefined(a.LrSchedulerType)) return [];
        try
        {
            _ = new LearningRate(a, LearningRate.ScheduleOf(a, maxSteps: 1));
            return [];
        }
        catch (ArgumentException error) { return [$"LrSchedulerKwargs: {error.Message}"]; }
    }

    /// <summary>Returns the error of the optimizer, which is created for a parameter of one element.</summary>
    private static IEnumerable<string> OptimizerProblems(TrainingArguments a)
    {
        if (a.OptimArgs is null || !Enum.IsDefined(a.Optim)) return [];
        using var weight = new Parameter(zeros(1));
        try
        {
            using var optimizer = OptimizerFactory.Create(
                a.Optim, [new ParameterGroup([new NamedParameter("weight", weight)])], optimArgs: a.OptimArgs);
            return [];
        }
        catch (ArgumentException error) { return [$"OptimArgs: {error.Message}"]; }
    }

    private static IEnumerable<string> BestModelProblems(TrainingArguments a)
    {
        if (a.EvalStrategy == IntervalStrategy.No)
        {
            yield return "LoadBestModelAtEnd is true, but EvalStrategy is No; set EvalStrategy to Steps or Epoch.";
            yield break;
        }
        if (a.SaveStrategy == SaveStrategy.Best) yield break;
        if ($"{a.EvalStrategy}" != $"{a.SaveStrategy}")
            yield return $"LoadBestModelAtEnd requires a checkpoint for each evaluation, but EvalStrategy is {a.EvalStrategy} and "
                + $"SaveStrategy is {a.SaveStrategy}; set both to the same value.";
        else if (a.EvalStrategy == IntervalStrategy.Steps && !IsWhole(a.SaveSteps.Value / (a.EvalSteps ?? a.LoggingSteps).Value))
            yield return $"LoadBestModelAtEnd requires an evaluation for each checkpoint, but SaveSteps {a.SaveSteps} is not a multiple of "
                + $"EvalSteps {a.EvalSteps ?? a.LoggingSteps}; set SaveSteps to a multiple of EvalSteps.";
    }

    private static string? Interval(string name, StepsOrRatio steps) =>
        !(steps.Value > 0) ? $"{name} is {steps}; it must be above 0."
            : steps.Value > 1 && !IsWhole(steps.Value) ? $"{name} is {steps}; use an integer number of steps, or a ratio below 1."
            : null;

    private static bool IsWhole(double value) => Math.Abs(value - Math.Round(value)) < 1e-9;
    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
