namespace PeftSharp.Training;

/// <summary>
/// Computes the metrics of an evaluation, by name (transformers' <c>compute_metrics</c>). The trainer prefixes each name with <c>eval_</c>.
/// </summary>
/// <param name="prediction">The predictions and labels of all rows.</param>
public delegate IReadOnlyDictionary<string, double> ComputeMetrics(EvalPrediction prediction);
