namespace PeftSharp.Modeling.Layers;

/// <summary>Standard deviations of the new weights of a <see cref="PreNormLayer"/>.</summary>
internal sealed record PreNormDeviations(double AttentionIn, double AttentionOut, double FeedForwardIn, double FeedForwardOut);
