namespace PeftSharp.Training;

/// <summary>Everything that an evaluation predicted, with its labels: what <see cref="ComputeMetrics"/> is given.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed partial class EvalPrediction
{
    private readonly NDArray<long>? _labelIds;
    private readonly NDArray<float>? _labelValues;

    internal EvalPrediction(IReadOnlyList<NDArray<float>> predictions, NDArray<long>? labelIds, NDArray<float>? labelValues) =>
        (AllPredictions, _labelIds, _labelValues) = (predictions, labelIds, labelValues);

    /// <summary>The model's scores, [examples, …]; shorter examples are filled with -100. The first of <see cref="AllPredictions"/>.</summary>
    public NDArray<float> Predictions => AllPredictions[0];

    /// <summary>Every output of the model: one array for most heads, start and end scores for question answering.</summary>
    public IReadOnlyList<NDArray<float>> AllPredictions { get; }

    /// <summary>The labels as integers, [examples, …]; shorter examples are filled with -100.</summary>
    /// <exception cref="InvalidOperationException">The labels are not integers, or there are none.</exception>
    public NDArray<long> LabelIds => _labelIds
        ?? throw new InvalidOperationException(_labelValues is null ? "This data has no labels." : "These labels are not integers: read LabelValues.");

    /// <summary>The labels as real numbers, [examples, …], for regression and several labels.</summary>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public NDArray<float> LabelValues => _labelValues
        ?? (_labelIds is { } ids ? new NDArray<float>(Array.ConvertAll(ids.Values, id => (float)id), ids.Shape) : throw new InvalidOperationException("This data has no labels."));

    /// <summary>Whether there are labels.</summary>
    public bool HasLabels => _labelIds is not null || _labelValues is not null;

    /// <summary>Scores and labels: <c>var (predictions, labels) = prediction;</c>.</summary>
    /// <param name="predictions"><see cref="Predictions"/>.</param>
    /// <param name="labels"><see cref="LabelIds"/>.</param>
    /// <exception cref="InvalidOperationException">The labels are not integers (read <see cref="LabelValues"/>), or there are none.</exception>
    public void Deconstruct(out NDArray<float> predictions, out NDArray<long> labels) => (predictions, labels) = (Predictions, LabelIds);
}
