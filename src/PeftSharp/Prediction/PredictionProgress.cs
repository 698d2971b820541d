namespace PeftSharp.Prediction;

/// <summary>The progress of a call that processes several inputs, such as texts or images.</summary>
/// <param name="Completed">The number of completed inputs.</param>
/// <param name="Total">The total number of inputs.</param>
public readonly record struct PredictionProgress(int Completed, int Total);
