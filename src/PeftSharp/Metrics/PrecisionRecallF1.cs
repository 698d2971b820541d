namespace PeftSharp.Metrics;

/// <summary>Precision, recall and F1.</summary>
/// <param name="Precision">The proportion of the examples predicted as a class that belong to this class, 0 to 1.</param>
/// <param name="Recall">The proportion of the examples of a class that are predicted as this class, 0 to 1.</param>
/// <param name="F1">The harmonic mean of precision and recall, 0 to 1.</param>
public readonly record struct PrecisionRecallF1(double Precision, double Recall, double F1);
