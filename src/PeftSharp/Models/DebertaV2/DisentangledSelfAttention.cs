using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// Disentangled self-attention (He et al. 2020, arXiv:2006.03654, section 3.1): scores of a query's content with a key's content, of its
/// content with the key's relative position (<c>c2p</c>), and of its relative position with the key's content (<c>p2c</c>).
/// </summary>
/// <remarks>Parameter names are those of transformers' <c>DisentangledSelfAttention</c>.</remarks>
internal sealed class DisentangledSelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware
{
    [ComponentName(Name = "query_proj")] private readonly Module<Tensor, Tensor> _query;
    [ComponentName(Name = "key_proj")] private readonly Module<Tensor, Tensor> _key;
    [ComponentName(Name = "value_proj")] private readonly Module<Tensor, Tensor> _value;
    [ComponentName(Name = "pos_key_proj")] private readonly Module<Tensor, Tensor>? _positionKey;
    [ComponentName(Name = "pos_query_proj")] private readonly Module<Tensor, Tensor>? _positionQuery;
    [ComponentName(Name = "pos_dropout")] private readonly Module<Tensor, Tensor> _positionDropout;
    private readonly MultiHeadAttention _heads;
    private readonly bool _hasContentToPosition, _hasPositionToContent, _sharesProjections;
    private readonly double _scale;

    internal DisentangledSelfAttention(DebertaV2Config config, int layer) : base(nameof(DisentangledSelfAttention))
    {
        (_query, _key, _value) = (Projection(), Projection(), Projection());
        (_hasContentToPosition, _hasPositionToContent) = (config.HasContentToPosition, config.HasPositionToContent);
        _sharesProjections = config.ShareAttKey;
        if (config.RelativeAttention && !_sharesProjections)
        {
            if (_hasContentToPosition) _positionKey = Projection();
            if (_hasPositionToContent) _positionQuery = Projection();
        }
        _positionDropout = new Dropout(config.HiddenDropoutProb);
        var summands = 1 + (_hasContentToPosition ? 1 : 0) + (_hasPositionToContent ? 1 : 0);
        _scale = 1 / Math.Sqrt((double)config.HiddenSize / config.NumAttentionHeads * summands);
        _heads = new MultiHeadAttention
        {
            Heads = config.NumAttentionHeads,
            Dropout = config.AttentionProbsDropoutProb,
            Layer = layer,
            Scale = _scale,
        };
        RegisterComponents();

        Linear Projection() => new(config.HiddenSize, config.HiddenSize);
    }

    public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = (Split(_query.call(context.Queries(x))), Split(_key.call(x)), Split(_value.call(x)));
        var bias = context.RelativePositions is { } positions ? PositionScores(query, key, positions) : null;
        if (context.ReadQueries is { } read)
        {
            // All scores of a padding token are equal, and no gradient flows through them.
            if (context.IsFirstTokenOnly) read = read.narrow(2, 0, 1);
            (query, bias) = (query * read, bias is null ? null : bias * read);
        }
        return _heads.ApplyToHeads(query, key, value, context, training, bias).MoveToOuterDisposeScope();
    }

    /// <summary>The scores that depend on relative positions, float [batch, heads, queries, tokens]; null if there are none.</summary>
    private Tensor? PositionScores(Tensor query, Tensor key, RelativePositions positions)
    {
        // The batch axis lets an adapter for each row of the batch apply.
        var embeddings = _positionDropout.call(positions.Embeddings).unsqueeze(0);
        // In this order, as in transformers, because adapters draw random numbers for dropout.
        var sharedQuery = _sharesProjections && _hasPositionToContent ? Split(_query.call(embeddings)) : null;
        var positionKey = _hasContentToPosition ? Split((_sharesProjections ? _key : _positionKey!).call(embeddings)) : null;
        var positionQuery = sharedQuery ?? (_hasPositionToContent ? Split(_positionQuery!.call(embeddings)) : null);
        var pairs = positions.Pairs(query.shape[2]);
        var contentToPosition = positionKey is null ? null : Scores(query, positionKey, pairs);
        var positionToContent = positionQuery is null ? null : Scores(key, positionQuery, pairs.transpose(0, 1)).transpose(2, 3);
        return contentToPosition is null ? positionToContent
            : positionToContent is null ? contentToPosition
            : contentToPosition + positionToContent;
    }

    /// <summary>The scores of each content vector with the position vectors of its pairs.</summary>
    private Tensor Scores(Tensor content, Tensor positions, Tensor pairs)
    {
        var all = (content * _scale).matmul(positions.transpose(2, 3));                      // [batch, heads, tokens, 2 · span]
        return all.gather(3, pairs.expand([.. content.shape[..2], .. pairs.shape]));
    }

    private Tensor Split(Tensor x) => MultiHeadAttention.SplitHeads(x, _heads.Heads);
}
