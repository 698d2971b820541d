namespace PeftSharp.Modeling;

/// <summary>Number and shape of a model's attention layers: those of its key-value cache.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Heads">Query heads of a layer.</param>
/// <param name="KeyValueHeads">Key and value heads of a layer.</param>
/// <param name="HeadWidth">Width of a head.</param>
public sealed record AttentionShape(int Layers, int Heads, int KeyValueHeads, int HeadWidth);
