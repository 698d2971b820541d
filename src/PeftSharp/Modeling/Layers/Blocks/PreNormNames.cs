namespace PeftSharp.Modeling.Layers;

/// <summary>The names of the modules of a <see cref="PreNormLayer"/>, which differ between families.</summary>
internal sealed record PreNormNames(
    string Attention, string Query, string Key, string Value, string Output, string AttentionNorm, string FeedForwardNorm)
{
    /// <summary>The name of the feed-forward layer.</summary>
    internal const string FeedForward = "mlp";

    /// <summary>The order in which the family declares the modules of the layer.</summary>
    internal IReadOnlyList<string> LayerOrder { get; init; } = [Attention, AttentionNorm, FeedForwardNorm, FeedForward];

    /// <summary>The order in which the family declares the projections of attention.</summary>
    internal IReadOnlyList<string> AttentionOrder { get; init; } = [Query, Key, Value, Output];
}
