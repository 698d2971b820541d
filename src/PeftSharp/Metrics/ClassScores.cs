namespace PeftSharp.Metrics;

/// <summary>The scores of a class.</summary>
/// <param name="Label">The class, an integer.</param>
/// <param name="Precision">The proportion of the examples predicted as this class that belong to this class, 0 to 1.</param>
/// <param name="Recall">The proportion of the examples of this class that are predicted as this class, 0 to 1.</param>
/// <param name="F1">The harmonic mean of precision and recall, 0 to 1.</param>
/// <param name="Support">The number of examples of this class.</param>
public sealed record ClassScores(int Label, double Precision, double Recall, double F1, int Support);
