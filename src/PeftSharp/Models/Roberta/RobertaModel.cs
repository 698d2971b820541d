using PeftSharp.Modeling;

namespace PeftSharp.Models.Roberta;

/// <summary>The RoBERTa encoder without a head (Liu et al. 2019, arXiv:1907.11692; transformers' <c>RobertaModel</c>).</summary>
/// <remarks>
/// <para>
/// It has BERT's layers. Positions start at <c>pad_token_id + 1</c> and skip padding tokens. Outputs <c>last_hidden_state</c> [batch,
/// tokens, hidden] and <c>pooler_output</c> [batch, hidden].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class RobertaModel : EncoderModel<RobertaModel, RobertaConfig>, IPretrainedModel<RobertaModel, RobertaConfig>
{
    internal RobertaModel(RobertaConfig config, bool addPoolingLayer)
        : base(nameof(RobertaModel), config, addPoolingLayer, positionPadding: config.PadTokenId) { }

    static RobertaModel IPretrainedModel<RobertaModel, RobertaConfig>.Create(RobertaConfig config) => new(config, addPoolingLayer: true);
}
