using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>What the attention of all layers shares in one forward pass: masks, positions, the key-value cache, rotary tables and collected probabilities.</summary>
/// <remarks>
/// <para>A model makes one at the start of its forward pass, passes it to each layer and disposes it at the end. Masks and tables are computed when the first layer needs them.</para>
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
        (_attentionMask, _embedded, _positions, IsCausal, Cache) = (other._attentionMask, other._embedded, other._positions, other.IsCausal, other.Cache);
        (PastLength, _attentions, _masks, _rotary) = (other.PastLength, other._attentions, other._masks, other._rotary);
    }

    /// <summary>Every token attends to every token that is not padding.</summary>
    /// <param name="attentionMask">int64 [batch, tokens]: 1 where a token is read; or a mask for each pair of tokens [batch, heads or 1, tokens, tokens], bool (true is attended to) or float (added to the scores). Null: all are read.</param>
    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="options">Options of the pass.</param>
    public static AttentionContext Bidirectional(Tensor? attentionMask, Tensor embedded, ForwardOptions options) => new(attentionMask, embedded, null, isCausal: false, options);

    /// <summary>Every token attends to itself and to the tokens before it that are not padding.</summary>
    /// <param name="attentionMask">As for <see cref="Bidirectional"/>; with a cache it covers the cached tokens too.</param>
    /// <param name="embedded">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="positions">Positions given by the caller, int64 [batch or 1, tokens]. Without a mask and a cache, a new text begins where they do not rise by one, and texts do not attend to each other. Null: consecutive.</param>
    /// <param name="options">Options of the pass.</param>
    public static AttentionContext Causal(Tensor? attentionMask, Tensor embedded, Tensor? positions, ForwardOptions options) => new(attentionMask, embedded, positions, isCausal: true, options);

    /// <summary>Whether a token attends only to itself and to those before it.</summary>
    public bool IsCausal { get; }

    /// <summary>Keys and values of earlier tokens; null where there is no cache.</summary>
    public KeyValueCache? Cache { get; }

    /// <summary>Tokens in the cache at the start of the pass.</summary>
    public long PastLength { get; }

    /// <summary>Whether the caller wants the attention probabilities.</summary>
    public bool CollectsAttentions => _attentions is not null;

    /// <summary>Whether the layer computes its output for the first token only.</summary>
    internal bool IsFirstTokenOnly { get; private init; }

    /// <summary>This context for a layer that computes its output for the first token only: keys and values are computed for all tokens.</summary>
    internal AttentionContext ForFirstToken() => new(this) { IsFirstTokenOnly = true };

    /// <summary>The rows of <paramref name="x"/> that the layer computes its output for: all, or the first.</summary>
    /// <param name="x">Float [batch, tokens, hidden].</param>
    public Tensor Queries(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return IsFirstTokenOnly ? x.narrow(1, 0, 1) : x;
    }

    /// <summary>Keeps a layer's probabilities until the end of the pass.</summary>
    /// <param name="probabilities">Float [batch, heads, queries, tokens].</param>
    internal void Collect(Tensor probabilities) => _attentions!.Add(probabilities.alias().DetachFromDisposeScope());    // the scopes of the layers end before the model's

    /// <summary>The probabilities of each layer in order, in the current dispose scope; empty unless the caller wants them.</summary>
    public IReadOnlyList<Tensor> Attentions => [.. (_attentions ?? []).Select(tensor => tensor.alias())];

    /// <summary>The mask that is added to the scores: 0 keeps, -inf hides; computed once for each window.</summary>
    /// <param name="window">Sliding window: a token attends to this many tokens, itself among them, and in a bidirectional model to as many in each direction. Null: no limit.</param>
    /// <returns>Float, broadcast to [batch, heads, queries, tokens]. Null where nothing is hidden, or nothing but what causality hides.</returns>
    internal Tensor? Mask(int? window)
    {
        var key = window ?? 0;
        if (!_masks.TryGetValue(key, out var mask))
        {
            mask = IsCausal ? AttentionMask.Causal(_attentionMask, _embedded, PastLength, Cache is null ? _positions : null, window) : AttentionMask.Bidirectional(_attentionMask, _embedded, window);
            _masks[key] = mask?.DetachFromDisposeScope();                  // the scope of the layer that asks ends before the pass
        }
        return IsFirstTokenOnly && mask?.shape[2] > 1 ? mask.narrow(2, 0, 1) : mask;
    }

    /// <summary>Cosines and sines of the positions of these tokens; computed once for each rotary embedding.</summary>
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
