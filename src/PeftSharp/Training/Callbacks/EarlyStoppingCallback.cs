using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Training;

/// <summary>Ends a run whose deciding metric has not become better for some evaluations (transformers' <c>EarlyStoppingCallback</c>). Its count survives a resumed run.</summary>
/// <remarks>Not thread-safe: the trainer calls it from the thread that trains; use an instance with one trainer at a time.</remarks>
public sealed class EarlyStoppingCallback : TrainerCallback
{
    private readonly int _patience;
    private readonly double _threshold;
    private int _evaluationsWithoutGain;

    /// <param name="earlyStoppingPatience">Evaluations in a row that may bring no gain. Default 1.</param>
    /// <param name="earlyStoppingThreshold">Least gain that counts. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is below 1 or the threshold negative.</exception>
    public EarlyStoppingCallback(int earlyStoppingPatience = 1, double earlyStoppingThreshold = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(earlyStoppingPatience, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(earlyStoppingThreshold);
        (_patience, _threshold) = (earlyStoppingPatience, earlyStoppingThreshold);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Nothing is evaluated, or no metric decides.</exception>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        if (args.BestMetric is null) throw new ArgumentException("EarlyStoppingCallback needs a metric that decides: set MetricForBestModel (or LoadBestModelAtEnd, which takes the loss).");
        if (args.EvalStrategy == IntervalStrategy.No) throw new ArgumentException("EarlyStoppingCallback needs evaluations: set EvalStrategy.");
    }

    /// <inheritdoc/>
    public override void OnEvaluate(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
    {
        if (args.BestMetric is not { } name || !metrics.TryGetValue(name, out var value)) return;   // a missing metric is the trainer's error to raise
        var gain = state.BestMetric is not { } best || ((args.IsGreaterBetter ? value > best : value < best) && Math.Abs(value - best) > _threshold);
        _evaluationsWithoutGain = gain ? 0 : _evaluationsWithoutGain + 1;
        if (_evaluationsWithoutGain >= _patience) control.ShouldTrainingStop = true;
    }

    /// <inheritdoc/>
    public override JsonObject SaveState() => new()
    {
        ["args"] = new JsonObject { ["early_stopping_patience"] = _patience, ["early_stopping_threshold"] = _threshold },
        ["attributes"] = new JsonObject { ["early_stopping_patience_counter"] = _evaluationsWithoutGain },
    };

    /// <inheritdoc/>
    public override void LoadState(JsonObject state) => _evaluationsWithoutGain =
        new ConfigJson(state, nameof(EarlyStoppingCallback)).GetSection("attributes")?.GetInt("early_stopping_patience_counter") ?? 0;
}
