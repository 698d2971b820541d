using PeftSharp.Modeling;

namespace PeftSharp.Models.Roberta;

/// <summary>The configuration of a RoBERTa model (transformers' <c>RobertaConfig</c>), with the defaults of transformers.</summary>
public sealed record RobertaConfig : RobertaEncoderConfig
{
    /// <summary>Creates a configuration with the defaults of transformers.</summary>
    public RobertaConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (50265, 1, 0, [2]);

    /// <inheritdoc/>
    public override ModelFamily Family => RobertaFamily.Instance;
}
