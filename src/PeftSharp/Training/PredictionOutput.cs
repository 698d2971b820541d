namespace PeftSharp.Training;

/// <summary>What <see cref="Trainer.Predict"/> answers.</summary>
/// <param name="Prediction">Predictions and, where the data has them, labels.</param>
/// <param name="Metrics">Loss, metrics and speed, each name with the prefix. <c>ToString</c> gives a table.</param>
public sealed record PredictionOutput(EvalPrediction Prediction, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The model's scores, [examples, …].</summary>
    public NDArray<float> Predictions => Prediction.Predictions;
}
