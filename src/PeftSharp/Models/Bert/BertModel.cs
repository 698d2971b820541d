using PeftSharp.Modeling;

namespace PeftSharp.Models.Bert;

/// <summary>The BERT encoder without a head (Devlin et al. 2018, arXiv:1810.04805; transformers' <c>BertModel</c>).</summary>
/// <remarks>
/// <para>Outputs <c>last_hidden_state</c> [batch, tokens, hidden] and <c>pooler_output</c> [batch, hidden].</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class BertModel : EncoderModel<BertModel, BertConfig>, IPretrainedModel<BertModel, BertConfig>
{
    internal BertModel(BertConfig config, bool addPoolingLayer = true) : base(nameof(BertModel), config, addPoolingLayer) { }

    static BertModel IPretrainedModel<BertModel, BertConfig>.Create(BertConfig config) => new(config);
}
