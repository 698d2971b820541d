using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Phi3;

/// <summary>The configuration of a Phi-3 model (transformers' <c>Phi3Config</c>).</summary>
public sealed record Phi3Config : DecoderConfig
{
    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public Phi3Config() =>
        (VocabSize, HiddenSize, IntermediateSize, MaxPositionEmbeddings, RmsNormEps, BosTokenId, EosTokenId, PadTokenId) =
        (32064, 3072, 8192, 4096, 1e-5, 1, [32000], 32000);

    /// <inheritdoc/>
    public override ModelFamily Family => Phi3Family.Instance;

    /// <summary>
    /// Number of tokens that a token attends to, including itself, in all layers. Null: all preceding tokens. Default null.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>
    /// Number of tokens up to which LongRoPE uses the short factors. This value takes precedence over
    /// <see cref="RotaryParameters.OriginalMaxPositionEmbeddings"/>. Default 4096.
    /// </summary>
    public int OriginalMaxPositionEmbeddings { get; init; } = 4096;

    /// <summary>Dropout of the outputs of attention and feed-forward layers, in training. Default 0.</summary>
    public double ResidPdrop { get; init; }

    /// <inheritdoc/>
    public override DecoderSettings Decoder => base.Decoder with
    {
        HasFusedProjections = true,
        ResidualDropout = ResidPdrop,
        Rotary = RotaryOf(RopeParameters with { OriginalMaxPositionEmbeddings = OriginalMaxPositionEmbeddings }),
    };

    /// <inheritdoc/>
    protected override bool SupportsPartialRotation => true;

    /// <inheritdoc/>
    public override int? GetSlidingWindow(int layer) => SlidingWindow;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        foreach (var problem in base.GetValidationErrors().Concat(MustBePositive(("sliding_window", SlidingWindow ?? 1),
            ("original_max_position_embeddings", OriginalMaxPositionEmbeddings))).Concat(MustBeProbability(("resid_pdrop", ResidPdrop))))
            yield return problem;
        if (RopeParameters.RopeType is not ("default" or "longrope"))
            yield return $"rope_type is '{RopeParameters.RopeType}', but the types of Phi-3 are default and longrope";
    }
}
