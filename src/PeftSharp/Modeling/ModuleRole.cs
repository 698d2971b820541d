namespace PeftSharp.Modeling;

/// <summary>The part that a module plays in a model. A family states once which of its modules have which role; adapter methods choose their default targets by role.</summary>
public enum ModuleRole
{
    /// <summary>The projection to queries; a fused projection to queries, keys and values counts as all three.</summary>
    Query,

    /// <summary>The projection to keys.</summary>
    Key,

    /// <summary>The projection to values.</summary>
    Value,

    /// <summary>The projection after the heads of attention.</summary>
    AttentionOutput,

    /// <summary>The projections into the feed-forward layer, the gate among them.</summary>
    FeedForwardIn,

    /// <summary>The projection out of the feed-forward layer.</summary>
    FeedForwardOut,

    /// <summary>The normalization layers.</summary>
    Norm,

    /// <summary>The layers of a classification head, which are trained whole beside an adapter.</summary>
    Head,
}
