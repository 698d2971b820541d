namespace PeftSharp.Metrics;

/// <summary>The scores of one class.</summary>
/// <param name="Label">The class number.</param>
/// <param name="Precision">Share of the examples predicted as this class that are of it.</param>
/// <param name="Recall">Share of this class's examples that were predicted as it.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">How many examples are of this class.</param>
public sealed record ClassScores(int Label, double Precision, double Recall, double F1, int Support);
