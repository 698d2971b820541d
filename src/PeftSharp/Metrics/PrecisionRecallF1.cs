namespace PeftSharp.Metrics;

/// <summary>Precision, recall and their harmonic mean.</summary>
/// <param name="Precision">Share of the predicted examples that are right, 0 to 1.</param>
/// <param name="Recall">Share of the true examples that were found, 0 to 1.</param>
/// <param name="F1">Harmonic mean of the two, 0 to 1.</param>
public readonly record struct PrecisionRecallF1(double Precision, double Recall, double F1);
