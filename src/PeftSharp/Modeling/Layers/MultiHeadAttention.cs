using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Multi-head attention without projections (Vaswani et al. 2017, section 3.2): the part that the attention layers of all families share.
/// The object holds no weights.
/// </summary>
/// <remarks>
/// Query heads may share key and value heads (grouped-query attention, Ainslie et al. 2023, arXiv:2305.13245). Rotation, the key-value
/// cache, masks, windows and dropout are applied here; the family's layer owns the projections. Thread safety: instances are immutable.
/// </remarks>
public sealed record MultiHeadAttention
{
    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; must divide <see cref="Heads"/>. Null: <see cref="Heads"/>.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Zero-based index of the layer in the key-value cache.</summary>
    public int Layer { get; init; }

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Factor by which the scores are multiplied. Null: 1 / √(width of a head).</summary>
    public double? Scale { get; init; }

    /// <summary>
    /// Sliding window: the number of tokens that a token attends to, including itself. In bidirectional attention, this is the number in
    /// each direction, again including the token itself. Null: no limit.
    /// </summary>
    public int? Window { get; init; }

    /// <summary>Rotary embedding of queries and keys. Null: none.</summary>
    public RotaryEmbedding? Rotary { get; init; }

    /// <summary>Whether attention is computed in float32 if the hidden states have a narrower type. Default false.</summary>
    public bool UpcastToFloat32 { get; init; }

    /// <summary>Splits projected states into heads.</summary>
    /// <param name="x">Float [batch, tokens, heads · width].</param>
    /// <param name="heads">Number of heads.</param>
    /// <returns>Float [batch, heads, tokens, width].</returns>
    public static Tensor SplitHeads(Tensor x, int heads)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.unflatten(2, heads, -1).transpose(1, 2);
    }

    /// <summary>Computes attention of projected states.</summary>
    /// <param name="query">Float [batch, queries, heads · width].</param>
    /// <param name="key">Float [batch, tokens, key and value heads · width].</param>
    /// <param name="value">Float [batch, tokens, key and value heads · width].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="training">Whether dropout applies.</param>
    /// <param name="scoreBias">
    /// Added to the scaled scores, float, broadcast to [batch, heads, queries, tokens], such as a relative position bias. Null: none.
    /// </param>
    /// <returns>Float [batch, queries, heads · width].</returns>
    public Tensor Apply(Tensor query, Tensor key, Tensor value, AttentionContext context, bool training, Tensor? scoreBias = null) =>
        ApplyToHeads(
            SplitHeads(query, Heads), SplitHeads(key, KeyValueHeads ?? Heads), SplitHeads(value, KeyValueHeads ?? Heads),
            context, training, scoreBias);

    /// <summary>Computes attention of states that are already split into heads.</summary>
    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, key and value heads, tokens, width].</param>
    /// <param name="value">Float [batch, key and value heads, tokens, width].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="training">Whether dropout applies.</param>
    /// <param name="scoreBias">Added to the scaled scores, float, broadcast to [batch, heads, queries, tokens]. Null: none.</param>
    /// <returns>Float [batch, queries, heads · width].</returns>
    public Tensor ApplyToHeads(Tensor query, Tensor key, Tensor value, AttentionContext context, bool training, Tensor? scoreBias = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var type = query.dtype;
        var tokens = key.shape[2];
        if (Rotary is not null)
        {
            var tables = context.Rotary(Rotary);
            (query, key) = ((context.IsFirstTokenOnly ? tables.First() : tables).Rotate(query), tables.Rotate(key));
        }
        if (context.Cache is { } cache) (key, value) = cache.Update(Layer, key, value, context.IsCausal ? Window : null);
        if (QueryFactor(query.shape[3]) is var factor and not 1) query = query * factor;
        var mask = context.Mask(Window);
        // The cache of a layer with a window has only the last tokens, so only the last columns of the mask are needed.
        if (mask?.shape[3] > key.shape[2]) mask = mask.narrow(3, mask.shape[3] - key.shape[2], key.shape[2]);
        if (scoreBias is not null) mask = mask is null ? WithCausality(scoreBias, context) : mask + scoreBias;
        if (UpcastToFloat32) (query, key, value, mask) = (query.@float(), key.@float(), value.@float(), mask?.@float());
        var isCausal = context.IsCausal && mask is null && query.shape[2] > 1;
        var dropout = training ? Dropout : 0;
        var mixed = context.CollectsAttentions ? WithProbabilities(query, key, value, mask, isCausal, dropout, context)
            : Grouped(query, key, value, mask, isCausal, dropout, context.IsFirstTokenOnly ? tokens : null);
        return mixed.to(type).transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The factor by which queries are multiplied. libtorch multiplies the scores by 1 / √width, so the factor is <see cref="Scale"/> ·
    /// √width.
    /// </summary>
    internal double QueryFactor(long width) =>
        Scale is { } scale && scale * Math.Sqrt(width) is var factor && Math.Abs(factor - 1) > 1e-12 ? factor : 1;

    /// <summary>Whether attention of the first token alone can use the same dropout mask as attention of all tokens.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="training">Whether dropout applies.</param>
    internal bool CanComputeFirstTokenOnly(Tensor x, bool training) =>
        !training || Dropout == 0 || TrainingAttention.CanRun(x, x, x, Dropout);

    /// <summary>Combines the bias with the causal mask: the bias replaces the mask, so it must also hide later tokens.</summary>
    private static Tensor WithCausality(Tensor bias, AttentionContext context)
    {
        var (queries, tokens) = (bias.shape[^2], bias.shape[^1]);
        if (!context.IsCausal || queries == 1) return bias;
        var later = ones(queries, tokens, ScalarType.Bool, device: bias.device).triu(1 + tokens - queries);
        return bias.masked_fill(later, double.NegativeInfinity);
    }

    private Tensor Grouped(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal, double dropout, long? drawnQueries)
    {
        var groups = Heads / (KeyValueHeads ?? Heads);
        if (groups == 1) return Attention.Apply(query, key, value, mask, dropout, isCausal, drawnQueries);
        // The query heads that share a key head become the queries of one head, so keys and values are not repeated.
        if (query.shape[2] == 1 && dropout == 0 && (mask is null || mask.shape[1] == 1))
            return Attention.Apply(query.reshape(query.shape[0], Heads / groups, groups, query.shape[3]), key, value, mask, dropout)
                .reshape(query.shape);
        if (!TrainingAttention.CanRun(query, query, query, dropout) && GroupedAttention.CanRun(query, key, value, mask, dropout))
            return GroupedAttention.Apply(query, key, value, mask, isCausal);
        return Attention.Apply(
            query, key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1), mask, dropout, isCausal, drawnQueries);
    }

    /// <summary>Attention without fused kernels, which returns the probabilities (transformers' eager attention).</summary>
    private Tensor WithProbabilities(
        Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal, double dropout, AttentionContext context)
    {
        var groups = Heads / (KeyValueHeads ?? Heads);
        if (groups > 1) (key, value) = (key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1));
        var scores = query.matmul(key.transpose(2, 3)) / Math.Sqrt(query.shape[3]);
        if (mask is not null) scores = scores + mask;
        if (isCausal)
            scores = scores.masked_fill(
                ones(query.shape[2], key.shape[2], ScalarType.Bool, device: query.device).triu(1), double.NegativeInfinity);
        // A padding token on the left can have no token to attend to. Its probabilities are 0, as in libtorch's kernels, instead of NaN.
        var isHidden = mask is null ? null : scores.isneginf().all(-1, keepdim: true);
        if (isHidden is not null) scores = scores.masked_fill(isHidden, 0);
        var probabilities = functional.softmax(scores, -1, ScalarType.Float32).to(query.dtype);
        if (isHidden is not null) probabilities = probabilities.masked_fill(isHidden, 0);
        if (dropout > 0) probabilities = functional.dropout(probabilities, dropout, training: true);
        context.Collect(probabilities);
        return probabilities.matmul(value);
    }
}
