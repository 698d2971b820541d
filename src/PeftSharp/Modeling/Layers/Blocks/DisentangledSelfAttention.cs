using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Disentangled self-attention (He et al. 2020, arXiv:2006.03654, section 3.1): a score is the sum of up to three terms: the query's
/// content with the key's content, the query's content with the key's relative position (<c>c2p</c>), and the query's relative position
/// with the key's content (<c>p2c</c>).
/// </summary>
/// <remarks>The parameters have the names of transformers' <c>DisentangledSelfAttention</c>.</remarks>
internal sealed class DisentangledSelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware
{
    [ComponentName(Name = "query_proj")] private readonly Module<Tensor, Tensor> _query;
    [ComponentName(Name = "key_proj")] private readonly Module<Tensor, Tensor> _key;
    [ComponentName(Name = "value_proj")] private readonly Module<Tensor, Tensor> _value;
    [ComponentName(Name = "pos_key_proj")] private readonly Module<Tensor, Tensor>? _positionKey;
    [ComponentName(Name = "pos_query_proj")] private readonly Module<Tensor, Tensor>? _positionQuery;
    [ComponentName(Name = "pos_dropout")] private readonly Module<Tensor, Tensor> _positionDropout;
    private readonly MultiHeadAttention _heads;
    private readonly DisentangledSettings _positions;
    private readonly double _scale;

    /// <param name="settings">Sizes and dropout probabilities.</param>
    /// <param name="positions">Which scores depend on relative positions.</param>
    /// <param name="layer">Zero-based index of the layer.</param>
    internal DisentangledSelfAttention(EncoderSettings settings, DisentangledSettings positions, int layer)
        : base(nameof(DisentangledSelfAttention))
    {
        _positions = positions;
        (_query, _key, _value) = (Projection(), Projection(), Projection());
        if (positions is { IsUsed: true, SharesProjections: false })
        {
            if (positions.ContentToPosition) _positionKey = Projection();
            if (positions.PositionToContent) _positionQuery = Projection();
        }
        _positionDropout = new Dropout(settings.HiddenDropout);
        var summands = 1 + (positions.ContentToPosition ? 1 : 0) + (positions.PositionToContent ? 1 : 0);
        _scale = 1 / Math.Sqrt((double)settings.HiddenSize / settings.Heads * summands);
        _heads = new MultiHeadAttention { Heads = settings.Heads, Dropout = settings.AttentionDropout, Layer = layer, Scale = _scale };
        RegisterComponents();

        Linear Projection() => new(settings.HiddenSize, settings.HiddenSize);
    }

    public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = (Split(_query.call(context.SelectQueryTokens(x))), Split(_key.call(x)), Split(_value.call(x)));
        var read = context.IsFirstTokenOnly ? context.ReadQueries?.narrow(2, 0, 1) : context.ReadQueries;
        Tensor? scores = null;
        if (context.RelativePositions is { } positions)
        {
            var dropout = training ? _heads.Dropout : 0;
            // With a batch axis, each row of the batch can have its own adapter.
            var embeddings = _positionDropout.call(positions.Embeddings).unsqueeze(0);
            var isFused = _positions.ContentToPosition && _positions.PositionToContent && !context.CollectsAttentions
                && TrainingAttention.CanRunWithPositions(query, dropout);
            var rows = isFused ? positions.RowsFrom(query.shape[2]) : null;
            // Position embeddings are selected before the projection only if no adapter wraps the projection, because an adapter's dropout
            // draws numbers for all position embeddings.
            var projectsRows = rows is not null && PositionKey is Linear && PositionQuery is Linear && rows.shape[0] <= embeddings.shape[1];
            var (positionKey, positionQuery) = Project(projectsRows ? embeddings.index_select(1, rows!) : embeddings);
            if (rows is not null && positionKey!.shape[0] == 1 && positionQuery!.shape[0] == 1)
            {
                if (!projectsRows)
                    (positionKey, positionQuery) = (positionKey.index_select(2, rows), positionQuery.index_select(2, rows));
                return TrainingAttention.ApplyWithPositions(
                    query, key, value, positionKey.squeeze(0), positionQuery.squeeze(0), context.Mask(null),
                    read?.squeeze(3).squeeze(1).contiguous(), _scale, dropout, key.shape[2])
                    .transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
            }
            scores = PositionScores(query, key, positionKey, positionQuery, positions.Pairs(query.shape[2]));
        }
        if (read is not null)
        {
            // All scores of a padding token are equal, and no gradient flows through them.
            read = read.to(query.dtype);
            (query, scores) = (query * read, scores is null ? null : scores * read);
        }
        return _heads.ApplyToHeads(query, key, value, context, training, scores).MoveToOuterDisposeScope();
    }

    private Module<Tensor, Tensor> PositionKey => _positions.SharesProjections ? _key : _positionKey!;

    private Module<Tensor, Tensor> PositionQuery => _positions.SharesProjections ? _query : _positionQuery!;

    /// <summary>
    /// Keys and queries of relative positions, float [1 or batch, heads, rows, width]; null if scores do not contain them.
    /// </summary>
    /// <param name="embeddings">Float [1, rows, hidden].</param>
    private (Tensor? Key, Tensor? Query) Project(Tensor embeddings)
    {
        // The projections are called in the order of transformers, because adapters draw random numbers for dropout.
        var query = _positions.SharesProjections && _positions.PositionToContent ? Split(PositionQuery.call(embeddings)) : null;
        var key = _positions.ContentToPosition ? Split(PositionKey.call(embeddings)) : null;
        return (key, query ?? (_positions.PositionToContent ? Split(PositionQuery.call(embeddings)) : null));
    }

    /// <summary>The scores that depend on relative positions, float [batch, heads, queries, tokens]; null if there are none.</summary>
    private Tensor? PositionScores(Tensor query, Tensor key, Tensor? positionKey, Tensor? positionQuery, Tensor pairs)
    {
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
