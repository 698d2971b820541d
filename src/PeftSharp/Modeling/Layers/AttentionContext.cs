using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// The state that all attention layers share in one forward pass: masks, positions, key-value cache, rotary tables and attention
/// probabilities.
/// </summary>
/// <remarks>
/// <para>
/// A model creates an instance at the start of its forward pass, passes the instance to each layer and disposes it at the end. Masks and
/// tables are computed on first use.
/// </para>
/// <para>Not thread-safe: an instance belongs to one forward pass.</para>
/// </remarks>
public sealed class AttentionContext : IDisposable
{
    private readonly Tensor? _attentionMask;
    private readonly Tensor _embedded;
    private readonly Tensor? _positions;
    private readonly List<Tensor>? _attentions;
    private readonly Dictionary<int, Tensor?> _masks = [];
    private readonly Dictionary<RotaryEmbedding, RotaryTables> _rotary = new(ReferenceEqualityComparer.Instance);

    private AttentionContext(Tensor? attentionMask, Tensor embedded, Tensor? positions, bool isCausal, ForwardOptions options)
    {
        (_attentionMask, _embedded, _positions, IsCausal, Cache) = (attentionMask, embedded, positions, isCausal, options.PastKeyValues);
        PastLength = Cache?.Length ?? 0;
        _attentions = options.OutputAttentions ? [] : null;
    }

    private AttentionContext(AttentionContext other)
    {
        (_attentionMask, _embedded, _positions) = (other._attentionMask, other._embedded, other._positions);
        (IsCausal, Cache) = (other.IsCausal, other.Cache);
        (PastLength, _attentions, _masks, _rotary) = (other.PastLength, other._attentions, other._masks, other._rotary);
        (RelativePositions, ReadQueries) = (other.RelativePositions, other.ReadQueries);
    }

    /// <summary>Creates a context for bidirectional attention: every token attends to every token that is not padding.</summary>
    /// <param name="attentionMask">
    /// One of two kinds of mask. A mask of tokens, int64 [batch, tokens]: 1 for tokens that are attended to. A mask of pairs of tokens,
    /// [batch, heads or 1, tokens, tokens]: bool (true is attended to) or float (added to the scores); it alone determines which tokens are
    /// attended to. Null: all tokens are attended to.
    /// </param>
    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <param name="positions">Positions for rotary embeddings, int64 [batch or 1, tokens]. Null: consecutive positions.</param>
    public static AttentionContext Bidirectional(
        Tensor? attentionMask, Tensor embedded, ForwardOptions options, Tensor? positions = null) =>
        new(attentionMask, embedded, positions, isCausal: false, options);

    /// <summary>
    /// Creates a context for causal attention: every token attends to itself and to preceding tokens that are not padding.
    /// </summary>
    /// <param name="attentionMask">
    /// One of two kinds of mask; both include the cached tokens. A mask of tokens, int64 [batch, cached and new tokens]: 1 for tokens that
    /// are attended to. A mask of pairs of tokens, [batch, heads or 1, new tokens, cached and new tokens]: bool (true is attended to) or
    /// float (added to the scores); it replaces the causal mask. Null: all preceding tokens are attended to.
    /// </param>
    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="positions">
    /// Positions that the caller provided, int64 [batch or 1, tokens]. Null: consecutive positions after the cached tokens. Without a mask
    /// and a cache, the positions also separate packed texts: a position that is not the preceding position plus one begins a new text, and
    /// tokens attend only to tokens of their own text.
    /// </param>
    /// <param name="options">The options of the forward pass.</param>
    public static AttentionContext Causal(Tensor? attentionMask, Tensor embedded, Tensor? positions, ForwardOptions options) =>
        new(attentionMask, embedded, positions, isCausal: true, options);

    /// <summary>
    /// Whether a token attends only to itself and to preceding tokens, unless a mask of pairs of tokens replaces the causal mask.
    /// </summary>
    public bool IsCausal { get; }

    /// <summary>The key-value cache; null if there is none.</summary>
    public KeyValueCache? Cache { get; }

    /// <summary>Number of cached tokens at the start of the pass.</summary>
    public long PastLength { get; }

    /// <summary>The embeddings of relative positions, for models with disentangled attention; null for other models.</summary>
    internal RelativePositions? RelativePositions { get; set; }

    /// <summary>
    /// For models whose padding tokens attend to all tokens equally: 1 for tokens that are not padding, float32 [batch, 1, tokens, 1].
    /// Null: no token is padding, or a padding token attends to the tokens that are not padding.
    /// </summary>
    internal Tensor? ReadQueries { get; set; }

    /// <summary>Whether the attention probabilities were requested.</summary>
    public bool CollectsAttentions => _attentions is not null;

    /// <summary>Whether the layer computes its output for the first token only.</summary>
    internal bool IsFirstTokenOnly { get; private init; }

    /// <summary>
    /// A copy of this context for a layer that computes its output for the first token only; keys and values are computed for all tokens.
    /// </summary>
    internal AttentionContext ForFirstToken() => new(this) { IsFirstTokenOnly = true };

    /// <summary>Returns the tokens of <paramref name="x"/> for which the layer computes its output: all, or only the first.</summary>
    /// <param name="x">Float [batch, tokens, hidden].</param>
    public Tensor SelectQueryTokens(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return IsFirstTokenOnly ? x.narrow(1, 0, 1) : x;
    }

    // The tensor is detached from the dispose scope, because the scope of a layer ends before the scope of the model.
    /// <summary>Stores the attention probabilities of a layer until the end of the pass.</summary>
    /// <param name="probabilities">Float [batch, heads, queries, tokens].</param>
    internal void Collect(Tensor probabilities) => _attentions!.Add(probabilities.alias().DetachFromDisposeScope());

    /// <summary>
    /// The attention probabilities of each layer, in order; empty if they were not requested. The tensors belong to the current dispose
    /// scope.
    /// </summary>
    public IReadOnlyList<Tensor> Attentions => [.. (_attentions ?? []).Select(tensor => tensor.alias())];

    /// <summary>The mask that is added to the scores: 0 keeps, -inf hides. Computed once per window.</summary>
    /// <param name="window">
    /// Sliding window: a token attends to this many tokens including itself, and in a bidirectional model to as many in each direction.
    /// Null: no limit.
    /// </param>
    /// <returns>Float, broadcast to [batch, heads, queries, tokens]. Null if no token is hidden other than the tokens that causal attention
    /// hides.</returns>
    internal Tensor? Mask(int? window)
    {
        var key = window ?? 0;
        if (!_masks.TryGetValue(key, out var mask))
        {
            mask = IsCausal
                ? AttentionMask.Causal(_attentionMask, _embedded, PastLength, Cache is null ? _positions : null, window)
                : AttentionMask.Bidirectional(_attentionMask, _embedded, window);
            _masks[key] = mask?.DetachFromDisposeScope();                  // the calling layer's dispose scope ends before the pass
        }
        return IsFirstTokenOnly && mask?.shape[2] > 1 ? mask.narrow(2, 0, 1) : mask;
    }

    /// <summary>Cosines and sines of the positions of these tokens. Computed once per rotary embedding.</summary>
    /// <param name="rotary">The rotary embedding.</param>
    internal RotaryTables Rotary(RotaryEmbedding rotary)
    {
        if (!_rotary.TryGetValue(rotary, out var tables))
        {
            var tokens = _embedded.shape[1];
            var positions = _positions ?? arange(PastLength, PastLength + tokens, ScalarType.Int64, _embedded.device).unsqueeze(0);
            _rotary[rotary] = tables = rotary.Tables(positions, _embedded.dtype).DetachFromDisposeScope();
        }
        return tables;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mask in _masks.Values) mask?.Dispose();
        foreach (var tables in _rotary.Values) tables.Dispose();
        foreach (var tensor in _attentions ?? []) tensor.Dispose();
    }
}
