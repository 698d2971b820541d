namespace PeftSharp.Metrics;

/// <summary>The scores of a type of entities.</summary>
/// <param name="Type">The type, such as <c>PER</c>.</param>
/// <param name="Precision">The proportion of the predicted entities of this type that are correct, 0 to 1.</param>
/// <param name="Recall">The proportion of the true entities of this type that are predicted, 0 to 1.</param>
/// <param name="F1">The harmonic mean of precision and recall, 0 to 1.</param>
/// <param name="Support">The number of true entities of this type.</param>
public sealed record EntityScores(string Type, double Precision, double Recall, double F1, int Support);
