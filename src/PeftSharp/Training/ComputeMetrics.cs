namespace PeftSharp.Training;

/// <summary>The user's metrics of an evaluation, by name; the trainer puts <c>eval_</c> before each name.</summary>
/// <param name="prediction">Every prediction with its label.</param>
public delegate IReadOnlyDictionary<string, double> ComputeMetrics(EvalPrediction prediction);
