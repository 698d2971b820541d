namespace PeftSharp.Modeling;

/// <summary>
/// The configuration of a decoder in which some layers attend to all preceding tokens and others to a sliding window: the fields that
/// Qwen2 and Qwen3 share.
/// </summary>
public abstract record WindowedDecoderConfig : DecoderConfig
{
    private const string FullAttention = "full_attention", SlidingAttention = "sliding_attention";

    /// <summary>Whether layers with a sliding window are allowed. Default false: <see cref="SlidingWindow"/> is not used.</summary>
    public bool UseSlidingWindow { get; init; }

    /// <summary>
    /// Number of tokens that a token attends to in a layer with a sliding window, including itself. Null: no layer has a window. Default
    /// 4096.
    /// </summary>
    public int? SlidingWindow { get; init; } = 4096;

    /// <summary>
    /// Number of layers, from the first one, without a sliding window. Only read if <see cref="LayerTypes"/> is null. Default 28.
    /// </summary>
    public int MaxWindowLayers { get; init; } = 28;

    /// <summary>
    /// <c>full_attention</c> or <c>sliding_attention</c> for each layer. Null: <see cref="MaxWindowLayers"/> decides.
    /// </summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    private int? UsedWindow => UseSlidingWindow ? SlidingWindow : null;

    /// <inheritdoc/>
    public override int? WindowOf(int layer) =>
        (LayerTypes is { } types ? types[layer] == SlidingAttention : layer >= MaxWindowLayers) ? UsedWindow : null;

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems().Concat(MustBePositive(("sliding_window", UsedWindow ?? 1)))) yield return problem;
        if (LayerTypes is not { } types) yield break;
        if (types.Count != NumHiddenLayers)
            yield return $"layer_types has {types.Count} entries, but num_hidden_layers is {NumHiddenLayers}";
        foreach (var type in types.Where(type => type is not (FullAttention or SlidingAttention)).Distinct())
            yield return $"layer_types contains '{type}'; supported types: {FullAttention}, {SlidingAttention}";
        if (types.Contains(SlidingAttention) && UsedWindow is null)
            yield return $"layer_types contains '{SlidingAttention}', which requires use_sliding_window and sliding_window";
    }
}
