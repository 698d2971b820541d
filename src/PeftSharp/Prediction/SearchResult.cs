namespace PeftSharp.Prediction;

/// <summary>An embedding that <see cref="SentenceEncoder.MostSimilar"/> found.</summary>
/// <param name="Index">The index of the embedding in the list that was searched.</param>
/// <param name="Score">The similarity to the query; larger is more similar.</param>
public sealed record SearchResult(int Index, float Score);
