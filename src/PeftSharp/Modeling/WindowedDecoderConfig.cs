namespace PeftSharp.Modeling;

/// <summary>
/// The configuration of a decoder in which some layers attend to all preceding tokens and others to a sliding window: the fields that
/// Qwen2 and Qwen3 share.
/// </summary>
public abstract record WindowedDecoderConfig : DecoderConfig
{
    /// <summary>Whether layers with a sliding window are allowed. Default false: <see cref="SlidingWindow"/> is not used.</summary>
    public bool UseSlidingWindow { get; init; }

    /// <summary>
    /// Number of tokens that a token attends to in a layer with a sliding window, including itself. Null: no layer has a window. Only used
    /// if <see cref="UseSlidingWindow"/> is true. Default 4096.
    /// </summary>
    public int? SlidingWindow { get; init; } = 4096;

    /// <summary>
    /// Number of layers at the beginning of the model that have no sliding window. Only read if <see cref="LayerTypes"/> is null. Default
    /// 28.
    /// </summary>
    public int MaxWindowLayers { get; init; } = 28;

    /// <summary>
    /// <c>full_attention</c> or <c>sliding_attention</c> for each layer. Null: <see cref="MaxWindowLayers"/> determines the type of each
    /// layer.
    /// </summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    private int? UsedWindow => UseSlidingWindow ? SlidingWindow : null;

    /// <inheritdoc/>
    public override int? GetSlidingWindow(int layer) =>
        (LayerTypes is { } types ? AttentionTypes.IsSliding(types[layer]) : layer >= MaxWindowLayers) ? UsedWindow : null;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() =>
        base.GetValidationErrors().Concat(MustBePositive(("sliding_window", UsedWindow ?? 1)))
            .Concat(AttentionTypes.GetValidationErrors(LayerTypes, NumHiddenLayers, UsedWindow, "use_sliding_window and sliding_window"));
}
