using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>The rows of an embedding that one adapter trains.</summary>
internal sealed class TrainableTokens : MergeableLayerAdapter
{
    private readonly EmbeddingTarget _embedding;
    private readonly AdapterParameter _rows;
    private readonly long[] _ids;

    /// <param name="embedding">The embedding.</param>
    /// <param name="ids">Token ids; their trained rows are initialized to the existing rows.</param>
    internal TrainableTokens(EmbeddingTarget embedding, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (_embedding, _ids) = (embedding, [.. ids.Select(id => (long)id)]);
        _rows = AddParameter("trainable_tokens_delta", embedding.MoveToLayer(embedding.Weight.index_select(0, Index).clone()));
    }

    internal IReadOnlyList<long> Ids => _ids;

    private Tensor Index => tensor(_ids, device: _embedding.Weight.device);

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer)
    {
        var matches = x.unsqueeze(-1).eq(Index);                                  // [..., trained]
        var rows = _rows.Value.index_select(0, matches.@long().argmax(-1).flatten()).reshape([.. x.shape, _embedding.EmbeddingDim]);
        return where(matches.any(-1, keepdim: true), _embedding.Scaled(rows), layer(x));
    }

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight.index_copy(0, Index, _rows.Value.to(weight.dtype));
}
