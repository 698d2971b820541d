using PeftSharp.Modeling;

namespace PeftSharp.Models.XlmRoberta;

/// <summary>The XLM-RoBERTa encoder without a head (Conneau et al. 2019, arXiv:1911.02116; transformers' <c>XLMRobertaModel</c>).</summary>
/// <remarks>
/// <para>
/// The model computes the same as RoBERTa. Outputs <c>last_hidden_state</c> [batch, tokens, hidden] and <c>pooler_output</c> [batch,
/// hidden].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class XlmRobertaModel : EncoderModel<XlmRobertaModel, XlmRobertaConfig>, IPretrainedModel<XlmRobertaModel, XlmRobertaConfig>
{
    internal XlmRobertaModel(XlmRobertaConfig config, bool addPoolingLayer)
        : base("XLMRobertaModel", config, addPoolingLayer, positionPadding: config.PadTokenId) { }

    static XlmRobertaModel IPretrainedModel<XlmRobertaModel, XlmRobertaConfig>.Create(XlmRobertaConfig config) =>
        new(config, addPoolingLayer: true);
}
