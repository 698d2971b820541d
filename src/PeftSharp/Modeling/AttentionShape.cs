namespace PeftSharp.Modeling;

/// <summary>The number and shape of a model's attention layers, which determine the shape of its key-value cache.</summary>
/// <param name="Layers">Number of attention layers.</param>
/// <param name="Heads">Number of query heads per layer.</param>
/// <param name="KeyValueHeads">Number of key and value heads per layer.</param>
/// <param name="HeadWidth">Width of a head.</param>
public sealed record AttentionShape(int Layers, int Heads, int KeyValueHeads, int HeadWidth);
