using PeftSharp.Metrics;

namespace PeftSharp.Training;

/// <summary>The result of <see cref="Trainer.Predict"/> (transformers' <c>PredictionOutput</c>).</summary>
/// <param name="EvalPrediction">The predictions, and the labels if the data has labels.</param>
/// <param name="Metrics">
/// The loss, the metrics and the speed by name, with the prefix of the call, such as <c>test_loss</c>. <c>ToString</c> returns a table.
/// </param>
public sealed record PredictionOutput(EvalPrediction EvalPrediction, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The logits, [examples, …]; shorter examples are padded with -100.</summary>
    /// <exception cref="InvalidOperationException">There are no predictions.</exception>
    public NDArray<float> Predictions => EvalPrediction.Predictions;

    /// <inheritdoc cref="EvalPrediction.GetClassificationReport"/>
    public ClassificationReport GetClassificationReport(IReadOnlyList<string>? names = null) =>
        EvalPrediction.GetClassificationReport(names);

    /// <inheritdoc cref="EvalPrediction.GetMultiLabelReport"/>
    public MultiLabelReport GetMultiLabelReport(IReadOnlyList<string>? names = null, double threshold = 0.5) =>
        EvalPrediction.GetMultiLabelReport(names, threshold);

    /// <inheritdoc cref="EvalPrediction.GetRegressionReport"/>
    public RegressionReport GetRegressionReport() => EvalPrediction.GetRegressionReport();

    /// <inheritdoc cref="EvalPrediction.GetEntityReport"/>
    public EntityReport GetEntityReport(IReadOnlyList<string>? tags = null) => EvalPrediction.GetEntityReport(tags);
}
