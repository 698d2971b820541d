namespace PeftSharp.Modeling.Layers;

/// <summary>The names of the modules of a <see cref="PreNormLayer"/>, which differ between families.</summary>
internal sealed record PreNormNames(
    string Attention, string Query, string Key, string Value, string Output, string AttentionNorm, string FeedForwardNorm);
