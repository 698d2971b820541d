namespace PeftSharp.Modeling;

/// <summary>
/// The role of a module in a model. A family declares which of its modules have which role; tuning methods such as LoRA select their
/// default targets by role.
/// </summary>
public enum ModuleRole
{
    /// <summary>
    /// The projection to queries; a fused projection to queries, keys and values has the roles <see cref="Query"/>, <see cref="Key"/> and
    /// <see cref="Value"/>.
    /// </summary>
    Query,

    /// <summary>The projection to keys.</summary>
    Key,

    /// <summary>The projection to values.</summary>
    Value,

    /// <summary>The output projection of attention.</summary>
    AttentionOutput,

    /// <summary>The input projections of the feed-forward layer, including the gate.</summary>
    FeedForwardIn,

    /// <summary>The output projection of the feed-forward layer.</summary>
    FeedForwardOut,

    /// <summary>The normalization layers.</summary>
    Norm,

    /// <summary>
    /// Layers of heads, such as DistilBERT's <c>pre_classifier</c>. A new adapter for classification or question answering trains them
    /// completely, in addition to the last layer of the head.
    /// </summary>
    Head,
}
