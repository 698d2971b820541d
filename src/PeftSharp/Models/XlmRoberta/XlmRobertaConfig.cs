using PeftSharp.Modeling;

namespace PeftSharp.Models.XlmRoberta;

/// <summary>The configuration of an XLM-RoBERTa model (transformers' <c>XLMRobertaConfig</c>), with the defaults of transformers.</summary>
public sealed record XlmRobertaConfig : RobertaEncoderConfig
{
    /// <summary>Creates a configuration with the defaults of transformers.</summary>
    public XlmRobertaConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (30522, 1, 0, [2]);

    /// <inheritdoc/>
    public override ModelFamily Family => XlmRobertaFamily.Instance;
}
