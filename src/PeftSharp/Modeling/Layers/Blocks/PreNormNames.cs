namespace PeftSharp.Modeling.Layers;

/// <summary>The names of the modules of a <see cref="PreNormLayer"/>, which differ between families.</summary>
internal sealed record PreNormNames(
    string Attention, string Query, string Key, string Value, string Output, string AttentionNorm, string FeedForwardNorm)
{
    /// <summary>
    /// Whether the family declares the modules in the order of CLIP: keys, values, queries; and the feed-forward layer before its norm.
    /// Default false: the order of ViT.
    /// </summary>
    internal bool HasClipOrder { get; init; }
}
