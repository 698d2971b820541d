using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>The rows of an embedding, or of the head of a language model, that one adapter trains.</summary>
internal sealed class TrainableTokens : MergeableLayerAdapter
{
    private readonly LayerTarget _target;
    private readonly AdapterParameter _rows;
    private readonly long[] _ids;

    /// <param name="target">An embedding, or a head whose weight is [tokens, width].</param>
    /// <param name="ids">Token ids; their trained rows are initialized to the existing rows.</param>
    internal TrainableTokens(LayerTarget target, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (_target, _ids) = (target, [.. ids.Select(id => (long)id)]);
        _rows = AddParameter("trainable_tokens_delta", target.MoveToLayer(target.Weight.index_select(0, Index).clone()));
    }

    internal IReadOnlyList<long> Ids => _ids;

    private Tensor Index => tensor(_ids, device: _target.Weight.device);

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer) =>
        _target is EmbeddingTarget embedding ? Embed(x, embedding, layer(x)) : ComputeLogits(x, layer(x));

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight.index_copy(0, Index, _rows.Value.to(weight.dtype));

    private Tensor Embed(Tensor ids, EmbeddingTarget embedding, Tensor embedded)
    {
        var matches = ids.unsqueeze(-1).eq(Index);                                // [..., trained]
        var rows = _rows.Value.index_select(0, matches.@long().argmax(-1).flatten()).reshape([.. ids.shape, embedding.EmbeddingDim]);
        return where(matches.any(-1, keepdim: true), embedding.Scaled(rows), embedded);
    }

    private Tensor ComputeLogits(Tensor x, Tensor logits)
    {
        var trained = x.to(_rows.Value.dtype).matmul(_rows.Value.t());            // [..., trained]
        if (_target.Bias is { } bias) trained = trained + bias.index_select(0, Index);
        return logits.index_copy(-1, Index, trained.to(logits.dtype));
    }
}
