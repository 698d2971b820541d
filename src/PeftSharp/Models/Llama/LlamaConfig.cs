using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Llama;

/// <summary>The configuration of a LLaMA model (transformers' <c>LlamaConfig</c>). Defaults are those of LLaMA 7B.</summary>
public sealed record LlamaConfig : DecoderConfig
{
    /// <summary>Creates the configuration of LLaMA 7B.</summary>
    public LlamaConfig() => (VocabSize, BosTokenId, EosTokenId) = (32000, 1, [2]);

    /// <inheritdoc/>
    public override ModelFamily Family => LlamaFamily.Instance;

    /// <summary>Whether the attention projections have a bias. Default false.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the feed-forward layer's projections have a bias. Default false.</summary>
    public bool MlpBias { get; init; }

    /// <inheritdoc/>
    public override DecoderSettings Decoder =>
        base.Decoder with { HasQueryKeyValueBias = AttentionBias, HasOutputBias = AttentionBias, HasFeedForwardBias = MlpBias };
}
