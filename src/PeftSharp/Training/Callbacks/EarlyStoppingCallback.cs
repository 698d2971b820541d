using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Training;

/// <summary>
/// Ends a run if the metric for the best model has not improved for a number of evaluations (transformers' <c>EarlyStoppingCallback</c>).
/// </summary>
/// <remarks>
/// <para>
/// The callback requires evaluations (<see cref="TrainingArguments.EvalStrategy"/>) and a metric: set
/// <see cref="TrainingArguments.MetricForBestModel"/>, or set <see cref="TrainingArguments.LoadBestModelAtEnd"/> to use the loss.
/// Checkpoints store the number of evaluations without improvement, so that a resumed run continues to count.
/// </para>
/// <para>Not thread-safe: a trainer calls the callback on the thread that trains. Use an instance with one trainer at a time.</para>
/// </remarks>
public sealed class EarlyStoppingCallback : TrainerCallback
{
    private readonly int _patience;
    private readonly double _threshold;
    private int _evaluationsWithoutImprovement;

    /// <summary>Creates a callback.</summary>
    /// <param name="earlyStoppingPatience">
    /// The number of consecutive evaluations without improvement after which the run ends. Default 1.
    /// </param>
    /// <param name="earlyStoppingThreshold">
    /// An evaluation is an improvement only if its metric is better than the best metric by more than this value. Default 0: every better
    /// value is an improvement.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is below 1, or the threshold is negative.</exception>
    public EarlyStoppingCallback(int earlyStoppingPatience = 1, double earlyStoppingThreshold = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(earlyStoppingPatience, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(earlyStoppingThreshold);
        (_patience, _threshold) = (earlyStoppingPatience, earlyStoppingThreshold);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <see cref="TrainingArguments.EvalStrategy"/> is <see cref="IntervalStrategy.No"/>, or no metric for the best model is set.
    /// </exception>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        if (args.BestMetric is null)
            throw new ArgumentException("EarlyStoppingCallback requires a metric of the evaluations. Set MetricForBestModel to its name, "
                + "or LoadBestModelAtEnd to true for the loss."
                + (args.EvalStrategy == IntervalStrategy.No ? " Also set EvalStrategy." : ""));
        if (args.EvalStrategy == IntervalStrategy.No)
            throw new ArgumentException("EarlyStoppingCallback requires evaluations. Set EvalStrategy.");
        // The state of a resumed checkpoint was loaded before. A run that had stopped is complete: nothing more is trained.
        if (state.GlobalStep == 0) _evaluationsWithoutImprovement = 0;
        control.ShouldTrainingStop |= _evaluationsWithoutImprovement >= _patience;
    }

    /// <inheritdoc/>
    public override void OnEvaluate(
        TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
    {
        // The trainer throws for a missing metric.
        if (args.BestMetric is not { } name || !metrics.TryGetValue(name, out var value)) return;
        var isImproved = state.BestMetric is not { } best
            || ((args.IsGreaterBetter ? value > best : value < best) && Math.Abs(value - best) > _threshold);
        _evaluationsWithoutImprovement = isImproved ? 0 : _evaluationsWithoutImprovement + 1;
        if (_evaluationsWithoutImprovement >= _patience) control.ShouldTrainingStop = true;
    }

    /// <inheritdoc/>
    public override JsonObject SaveState() => new()
    {
        ["args"] = new JsonObject { ["early_stopping_patience"] = _patience, ["early_stopping_threshold"] = _threshold },
        ["attributes"] = new JsonObject { ["early_stopping_patience_counter"] = _evaluationsWithoutImprovement },
    };

    /// <inheritdoc/>
    public override void LoadState(JsonObject state) => _evaluationsWithoutImprovement =
        new ConfigJson(state, nameof(EarlyStoppingCallback)).GetSection("attributes")?.GetCount("early_stopping_patience_counter") ?? 0;
}
