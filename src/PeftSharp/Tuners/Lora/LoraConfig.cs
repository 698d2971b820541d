using System.Globalization;
using System.Text.Json.Serialization;
using PeftSharp.Tuners.Lora;

namespace PeftSharp.Tuners;

/// <summary>Low-rank adaptation: trains B·A beside each frozen target (Hu et al. 2021, arXiv:2106.09685).</summary>
/// <remarks>peft's <c>LoraConfig</c>. Its fields for other hardware, quantized weights and further variants are kept at their defaults, and refused in a file that sets them.</remarks>
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

    /// <summary>Probability of dropping an element of the update's input while training; at least 0 and less than 1. Default 0.</summary>
    public double LoraDropout { get; init; }

    /// <summary>Which bias vectors of the base model are trained too. Default none.</summary>
    public BiasMode Bias { get; init; }

    /// <summary>Whether the scale is α/√r, which keeps high ranks useful (Kalajdzievski 2023, arXiv:2312.03732). Default false.</summary>
    public bool UseRslora { get; init; }

    /// <summary>Whether length and direction of the weights' rows are trained apart (DoRA, Liu et al. 2024, arXiv:2402.09353). Default false.</summary>
    public bool UseDora { get; init; }

    /// <summary>Whether B has a bias. Default false.</summary>
    public bool LoraBias { get; init; }

    /// <summary>Whether the targets store their weights as [inputs, outputs]. Seen from the layer, whatever is said here; written as found. Default false.</summary>
    public bool FanInFanOut { get; init; }

    /// <summary>How A and B start: <c>true</c> (A random, B zero: the default), <c>false</c> (both random), or a name: <c>gaussian</c>, <c>pissa</c>, <c>pissa_niter_4</c>, <c>olora</c>, <c>orthogonal</c>.</summary>
    public LoraInitializer InitLoraWeights { get; init; } = LoraInitializer.Default;

    /// <summary>Ranks of single layers, by a regular expression for the end of their names, such as <c>h.1.attn.c_attn</c>; the first that matches counts.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas of single layers, by a regular expression for the end of their names.</summary>
    [JsonConverter(typeof(AlphaPatternConverter))]
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Numbers of the layers to adapt, from 0. Null: all.</summary>
    [JsonConverter(typeof(LayerNumbersConverter))]
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Names of the lists that hold the layers, such as <c>h</c> or <c>layers</c>; only with <see cref="LayersToTransform"/>. Null: any list.</summary>
    [JsonConverter(typeof(LayerListsConverter))]
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>Token ids whose embeddings are trained, beside the adapter. Null: none.</summary>
    public TokenIndices? TrainableTokenIndices { get; init; }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<int>? LayerNumbers => LayersToTransform;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string>? LayerLists => LayersPattern;

    /// <inheritdoc/>
    protected internal override TrainedBiases TrainedBiases => Bias switch { BiasMode.All => TrainedBiases.All, BiasMode.LoraOnly => TrainedBiases.AdaptedLayers, _ => TrainedBiases.None };

    /// <inheritdoc/>
    protected internal override bool ChangesBaseWeights => InitLoraWeights.ChangesBase;

    /// <inheritdoc/>
    protected internal override TokenIndices? TrainedTokens => TrainableTokenIndices;

    /// <inheritdoc/>
    protected internal override IEnumerable<(string Field, string Pattern)> LayerPatterns =>
        RankPattern.Keys.Select(pattern => ("rank_pattern", pattern)).Concat(AlphaPattern.Keys.Select(pattern => ("alpha_pattern", pattern)));

    /// <inheritdoc/>
    protected internal override IReadOnlyList<UnusedField> UnusedFields => LoraFields.Unused;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> FieldsWithoutNull => ["r", "lora_alpha"];     // the scale of the update would be a guess

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new LoraTuner();

    internal override IEnumerable<string> Doubts() => !InitLoraWeights.IsStartOnly ? base.Doubts()
        : base.Doubts().Append($"init_lora_weights is '{InitLoraWeights.Name}', which is not supported for new adapters; the loaded values do not depend on it.");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A rank is less than 1, or the dropout is no probability below 1.</exception>
    public override void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(R, 1);
        foreach (var (pattern, rank) in RankPattern)
            if (rank < 1) throw new ArgumentOutOfRangeException(nameof(RankPattern), rank, $"The rank of '{pattern}' must be at least 1.");
        if (!(LoraDropout is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(LoraDropout), LoraDropout, "A dropout is at least 0 and less than 1.");
        if (!double.IsFinite(LoraAlpha) || AlphaPattern.Values.Any(alpha => !double.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(LoraAlpha), LoraAlpha, "An alpha is a finite number.");
        if (TargetModules?.Pattern is not null && LayersToTransform is not null)
            throw new ArgumentException($"LayersToTransform needs a list of TargetModules, not the text {TargetModules}: put the numbers of the layers into the expression.");
        if (LayersPattern is not null && LayersToTransform is null)
            throw new ArgumentException($"LayersPattern [{string.Join(", ", LayersPattern)}] needs LayersToTransform, the numbers of the layers in that list.");
        if (LoraBias && UseDora) throw new ArgumentException("LoraBias and UseDora exclude each other. Set one of them to false.");
        if (LoraBias && !InitLoraWeights.AllowsBias)
            throw new ArgumentException($"LoraBias needs InitLoraWeights true or false, not '{InitLoraWeights}'.");
    }

    /// <summary>The rank of the layer at <paramref name="path"/>.</summary>
    internal int RankOf(string path) => RankPattern.FirstOrDefault(pair => TargetMatcher.EndMatches(pair.Key, path), KeyValuePair.Create("", R)).Value;

    /// <summary>The factor on B·A at <paramref name="path"/>.</summary>
    internal double ScaleOf(string path)
    {
        var (alpha, rank) = (AlphaPattern.FirstOrDefault(pair => TargetMatcher.EndMatches(pair.Key, path), KeyValuePair.Create("", LoraAlpha)).Value, RankOf(path));
        return UseRslora ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LORA, r={R}, alpha={LoraAlpha}, targets {TargetModules?.ToString() ?? "usual for the family"}");
}
