using PeftSharp.Modeling;

namespace PeftSharp.Models.Electra;

/// <summary>The ELECTRA encoder without a head (Clark et al. 2020, arXiv:2003.10555; transformers' <c>ElectraModel</c>).</summary>
/// <remarks>
/// <para>
/// It has BERT's layers, no pooling layer, and a linear layer after the embeddings if their width differs from the width of the hidden
/// states. Outputs <c>last_hidden_state</c> [batch, tokens, hidden].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ElectraModel : EncoderModel<ElectraModel, ElectraConfig>, IPretrainedModel<ElectraModel, ElectraConfig>
{
    internal ElectraModel(ElectraConfig config)
        : base(nameof(ElectraModel), config, addPoolingLayer: false, embeddingSize: config.EmbeddingSize) { }

    static ElectraModel IPretrainedModel<ElectraModel, ElectraConfig>.Create(ElectraConfig config) => new(config);
}
