using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Qwen2;

/// <summary>The configuration of a Qwen2 model (transformers' <c>Qwen2Config</c>).</summary>
public sealed record Qwen2Config : WindowedDecoderConfig
{
    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public Qwen2Config() => (VocabSize, IntermediateSize, NumKeyValueHeads, MaxPositionEmbeddings) = (151936, 22016, 32, 32768);

    /// <inheritdoc/>
    public override ModelFamily Family => Qwen2Family.Instance;

    /// <inheritdoc/>
    public override DecoderSettings Decoder => base.Decoder with { HasQueryKeyValueBias = true };
}
