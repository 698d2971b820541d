using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// The head of the masked language model in published checkpoints (transformers' <c>DebertaV2OnlyMLMHead</c>). Its logits always use the
/// weight of the embeddings.
/// </summary>
internal sealed class DebertaV2MaskedLMHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "lm_head")] private readonly MaskedLMHead _predictions;

    internal DebertaV2MaskedLMHead(DebertaV2Config config, DebertaV2Model body) : base("DebertaV2OnlyMLMHead")
    {
        _predictions = new MaskedLMHead(config, body, isTied: true, config.HiddenAct, normName: "LayerNorm");
        RegisterComponents();
    }

    /// <summary>The layer that computes the logits.</summary>
    internal Module<Tensor, Tensor> Decoder => _predictions.Decoder;

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Same shape as <paramref name="states"/>.</returns>
    public override Tensor forward(Tensor states) => _predictions.call(states);
}
