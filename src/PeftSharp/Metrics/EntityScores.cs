namespace PeftSharp.Metrics;

/// <summary>The scores of one type of entities.</summary>
/// <param name="Type">The type, such as <c>PER</c>.</param>
/// <param name="Precision">Share of the predicted entities of this type that are right: the same first and last token and the same type.</param>
/// <param name="Recall">Share of the true entities of this type that were found.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">How many true entities are of this type.</param>
public sealed record EntityScores(string Type, double Precision, double Recall, double F1, int Support);
