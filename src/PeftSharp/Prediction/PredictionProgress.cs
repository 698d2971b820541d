namespace PeftSharp.Prediction;

/// <summary>The progress of a call that processes several texts.</summary>
/// <param name="Completed">The number of completed texts, questions or prompts.</param>
/// <param name="Total">The total number of texts, questions or prompts.</param>
public readonly record struct PredictionProgress(int Completed, int Total);
