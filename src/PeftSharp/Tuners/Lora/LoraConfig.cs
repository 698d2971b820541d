using System.Globalization;
using System.Text.Json.Serialization;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>
/// Configuration of low-rank adaptation (LoRA), which trains an update B·A of each frozen target layer (Hu et al. 2021,
/// arXiv:2106.09685).
/// </summary>
/// <remarks>
/// peft's <c>LoraConfig</c>. Fields for other hardware, quantized weights and further variants are not supported. A file that sets such a
/// field is rejected if a trained adapter depends on the field. Otherwise, the value is kept, with a warning.
/// </remarks>
public sealed record LoraConfig : LayerConfig
{
    internal const string Method = "LORA";

    /// <inheritdoc/>
    public override string PeftType => Method;

    /// <summary>Rank r of the update B·A; at least 1. Default 8, as in peft.</summary>
    public int R { get; init; } = 8;

    /// <summary>Numerator α of the scale α/r. Default 8, as in peft.</summary>
    [JsonConverter(typeof(AlphaConverter))]
    public double LoraAlpha { get; init; } = 8;

    /// <summary>
    /// Probability of dropping an element of the update's input in training, in [0, 1). Not applied to embeddings. Default 0.
    /// </summary>
    public double LoraDropout { get; init; }

    /// <summary>The bias vectors of the base model that are also trained. Default: none.</summary>
    public BiasMode Bias { get; init; }

    /// <summary>
    /// Whether the scale is α/√r instead of α/r, which stabilizes training with high ranks (Kalajdzievski 2023, arXiv:2312.03732).
    /// Default false.
    /// </summary>
    public bool UseRslora { get; init; }

    /// <summary>
    /// Whether magnitude and direction of the weights are trained separately (DoRA, Liu et al. 2024, arXiv:2402.09353). Default false.
    /// </summary>
    public bool UseDora { get; init; }

    /// <summary>Whether B has a bias. Default false.</summary>
    public bool LoraBias { get; init; }

    /// <summary>
    /// Whether the target layers store their weights as [inputs, outputs]. Detected from the layers when the adapter is added; a value that
    /// you set is replaced. Default false.
    /// </summary>
    public bool FanInFanOut { get; init; }

    /// <summary>
    /// The initialization of A and B: <c>true</c> (A random, B zero; the default), <c>false</c> (both random), or a name: <c>gaussian</c>,
    /// <c>pissa</c>, <c>pissa_niter_N</c> (N iterations), <c>olora</c>, <c>orthogonal</c>.
    /// </summary>
    public LoraInitializer InitLoraWeights { get; init; } = LoraInitializer.Default;

    /// <summary>
    /// Ranks of individual layers. Each key is a regular expression for the end of a layer's path, such as <c>h.1.attn.c_attn</c>; the
    /// first key that matches is used. Default: empty.
    /// </summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas of individual layers. Each key is a regular expression for the end of a layer's path; the first key that matches is
    /// used. Default: empty.</summary>
    [JsonConverter(typeof(AlphaPatternConverter))]
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Zero-based indices of the transformer layers in which modules are adapted. If set, <see cref="LayerConfig.TargetModules"/>
    /// must be null or a list of names. Null: all layers.</summary>
    [JsonConverter(typeof(LayerNumbersConverter))]
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>
    /// Names of the module lists that contain the transformer layers, such as <c>h</c> or <c>layers</c>; requires
    /// <see cref="LayersToTransform"/>. Null: any list.
    /// </summary>
    [JsonConverter(typeof(LayerListsConverter))]
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>Token ids whose embeddings are trained in addition to the adapter. Null: none.</summary>
    public TokenIndices? TrainableTokenIndices { get; init; }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<int>? LayerNumbers => LayersToTransform;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string>? LayerLists => LayersPattern;

    /// <inheritdoc/>
    protected internal override TrainedBiases TrainedBiases =>
        Bias switch { BiasMode.All => TrainedBiases.All, BiasMode.LoraOnly => TrainedBiases.AdaptedLayers, _ => TrainedBiases.None };

    /// <inheritdoc/>
    protected internal override bool ChangesBaseWeights => InitLoraWeights.ChangesBase;

    /// <inheritdoc/>
    protected internal override TokenIndices? TrainedTokens => TrainableTokenIndices;

    /// <inheritdoc/>
    protected internal override IEnumerable<(string Field, string Pattern)> LayerPatterns =>
        RankPattern.Keys.Select(pattern => (nameof(RankPattern), pattern))
            .Concat(AlphaPattern.Keys.Select(pattern => (nameof(AlphaPattern), pattern)));

    /// <inheritdoc/>
    protected internal override IReadOnlyList<UnusedField> UnusedFields => LoraFields.Unused;

    // Without these fields the scale of the update is unknown.
    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> FieldsWithoutNull => ["r", "lora_alpha"];

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new LoraTuner();

    internal override IEnumerable<string> StrictErrors() => !InitLoraWeights.IsStartOnly ? base.StrictErrors()
        : base.StrictErrors().Append($"init_lora_weights is '{InitLoraWeights.Name}', which is not supported for new adapters; "
        + "loaded values do not depend on it.");

    internal override string? SizeError(IEnumerable<IReadOnlyList<long>> shapes) =>
        SizeError(nameof(R), R, shapes) ?? SizeError(nameof(RankPattern), RankPattern.Values.DefaultIfEmpty(0).Max(), shapes);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A rank is less than 1, an alpha is not finite, or the dropout is not in [0, 1).
    /// </exception>
    public override void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(R, 1);
        foreach (var (pattern, rank) in RankPattern)
            if (rank < 1) throw new ArgumentOutOfRangeException(nameof(RankPattern), rank, $"The rank of '{pattern}' must be at least 1.");
        if (!(LoraDropout is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(LoraDropout), LoraDropout, "The dropout must be at least 0 and less than 1.");
        if (!double.IsFinite(LoraAlpha))
            throw new ArgumentOutOfRangeException(nameof(LoraAlpha), LoraAlpha, "LoraAlpha must be finite.");
        foreach (var (pattern, alpha) in AlphaPattern)
            if (!double.IsFinite(alpha))
                throw new ArgumentOutOfRangeException(nameof(AlphaPattern), alpha, $"The alpha of '{pattern}' must be finite.");
        if (TargetModules?.Pattern is not null && LayersToTransform is not null)
            throw new ArgumentException($"LayersToTransform requires TargetModules to be a list of names, not {TargetModules}. "
                + "Specify a list, or put the layer indices into a regular expression.");
        if (LayersPattern is not null && LayersToTransform is null)
            throw new ArgumentException($"LayersPattern [{string.Join(", ", LayersPattern)}] requires LayersToTransform, "
                + "the indices of the layers to adapt.");
        if (LoraBias && UseDora) throw new ArgumentException("LoraBias and UseDora cannot be combined. Set one of them to false.");
        if (LoraBias && !InitLoraWeights.AllowsBias)
            throw new ArgumentException($"LoraBias requires InitLoraWeights to be true or false, not '{InitLoraWeights}'.");
    }

    /// <summary>The rank of the layer at <paramref name="path"/>.</summary>
    internal int RankOf(string path) =>
        RankPattern.FirstOrDefault(pair => TargetMatcher.EndMatches(pair.Key, path), KeyValuePair.Create("", R)).Value;

    /// <summary>The factor of B·A for the layer at <paramref name="path"/>.</summary>
    internal double ScaleOf(string path)
    {
        var match = AlphaPattern.FirstOrDefault(pair => TargetMatcher.EndMatches(pair.Key, path), KeyValuePair.Create("", LoraAlpha));
        var (alpha, rank) = (match.Value, RankOf(path));
        return UseRslora ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"LORA, r={R}, alpha={LoraAlpha}, targets {TargetModules?.ToString() ?? "default of the family"}");
}
