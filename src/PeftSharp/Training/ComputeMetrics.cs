namespace PeftSharp.Training;

/// <summary>
/// Computes the metrics of an evaluation, by name (transformers' <c>compute_metrics</c>). By default, the trainer prefixes each name with
/// <c>eval_</c>, or with <c>test_</c> in <see cref="Trainer.Predict"/>. A name that already has the prefix is not changed.
/// </summary>
/// <param name="prediction">The predictions and labels of all rows.</param>
/// <returns>The metrics by name, such as <c>accuracy</c>.</returns>
public delegate IReadOnlyDictionary<string, double> ComputeMetrics(EvalPrediction prediction);
