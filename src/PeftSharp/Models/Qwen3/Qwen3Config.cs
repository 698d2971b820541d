using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Qwen3;

/// <summary>The configuration of a Qwen3 model (transformers' <c>Qwen3Config</c>).</summary>
public sealed record Qwen3Config : WindowedDecoderConfig
{
    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public Qwen3Config() =>
        (VocabSize, IntermediateSize, NumKeyValueHeads, HeadDim, MaxPositionEmbeddings) = (151936, 22016, 32, 128, 32768);

    /// <inheritdoc/>
    public override ModelFamily Family => Qwen3Family.Instance;

    /// <summary>Whether the attention projections have a bias. Default false.</summary>
    public bool AttentionBias { get; init; }

    /// <inheritdoc/>
    public override DecoderSettings Decoder =>
        base.Decoder with { HasQueryKeyValueBias = AttentionBias, HasOutputBias = AttentionBias, HasQueryKeyNorm = true };
}
