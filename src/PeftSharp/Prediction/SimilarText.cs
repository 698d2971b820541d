namespace PeftSharp.Prediction;

/// <summary>A text that is similar to a query.</summary>
/// <param name="Index">Zero-based index of the text.</param>
/// <param name="Score">The similarity; larger is more similar.</param>
public sealed record SimilarText(int Index, float Score);
