namespace PeftSharp.Training;

/// <summary>
/// The predictions and labels of an evaluation; the argument of <see cref="ComputeMetrics"/> (transformers' <c>EvalPrediction</c>).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed partial class EvalPrediction
{
    private readonly NDArray<long>? _labelIds;
    private readonly NDArray<float>? _labelValues;

    /// <summary>Creates predictions, for example to test a <see cref="ComputeMetrics"/> function.</summary>
    /// <param name="predictions">The predictions of the model, usually one array; each is [examples, …].</param>
    /// <param name="labelIds">The labels as integers, [examples, …]. Null: there are none.</param>
    /// <param name="labelValues">
    /// The labels as float32, [examples, …], for regression and multi-label classification. Null: there are none.
    /// </param>
    /// <param name="labelNames">The names of the classes or labels by id, for reports. Null: they have no names.</param>
    public EvalPrediction(
        IReadOnlyList<NDArray<float>> predictions, NDArray<long>? labelIds = null, NDArray<float>? labelValues = null,
        IReadOnlyList<string>? labelNames = null)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        (AllPredictions, _labelIds, _labelValues, LabelNames) = (predictions, labelIds, labelValues, labelNames);
    }

    /// <summary>
    /// The logits, [examples, …]; shorter examples are padded with -100. The first element of <see cref="AllPredictions"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no predictions.</exception>
    public NDArray<float> Predictions => AllPredictions.Count > 0
        ? AllPredictions[0]
        : throw new InvalidOperationException("There are no predictions: the model or the overridden PredictionStep returned none.");

    /// <summary>All predictions of the model: one array for most heads, the start and end logits for question answering.</summary>
    public IReadOnlyList<NDArray<float>> AllPredictions { get; }

    /// <summary>The labels as integers, [examples, …]; shorter examples are padded with -100.</summary>
    /// <exception cref="InvalidOperationException">The labels are not integers, or there are no labels.</exception>
    public NDArray<long> LabelIds => _labelIds
        ?? throw new InvalidOperationException(
            _labelValues is null ? NoLabels(nameof(LabelIds)) : "The labels are not integers. Read LabelValues.");

    /// <summary>The labels as float32, [examples, …], for regression and multi-label classification.</summary>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public NDArray<float> LabelValues => _labelValues
        ?? (_labelIds is { } ids
            ? new NDArray<float>(Array.ConvertAll(ids.Values, id => (float)id), ids.Shape)
            : throw new InvalidOperationException(NoLabels(nameof(LabelValues))));

    private static string NoLabels(string member) =>
        $"{member} needs labels, but the data has none. Add a label column to the data, or check HasLabels before you use {member}.";

    /// <summary>
    /// The names of the classes or labels by id, from the configuration of the model (<c>id2label</c>); null if they have no names. The
    /// reports use these names.
    /// </summary>
    public IReadOnlyList<string>? LabelNames { get; }

    /// <summary>Whether there are labels.</summary>
    public bool HasLabels => _labelIds is not null || _labelValues is not null;

    /// <summary>Deconstructs into predictions and labels: <c>var (predictions, labels) = prediction;</c>.</summary>
    /// <param name="predictions"><see cref="Predictions"/>.</param>
    /// <param name="labels"><see cref="LabelIds"/>.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no predictions, there are no labels, or the labels are not integers (read <see cref="LabelValues"/>).
    /// </exception>
    public void Deconstruct(out NDArray<float> predictions, out NDArray<long> labels) => (predictions, labels) = (Predictions, LabelIds);
}
