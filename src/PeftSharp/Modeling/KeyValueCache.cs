using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The keys and values of the tokens that a decoder has processed, so that they are not recomputed for each new token.</summary>
/// <remarks>
/// <para>
/// Memory is reserved in advance. If the maximum length is known, the whole memory of a layer is allocated when its first tokens are added.
/// Otherwise, the capacity is doubled whenever the cache is full. While gradients are recorded, for example to train a prefix, new tensors
/// are created instead of writing to the old ones, because the backward pass reads the old tensors. The memory that a layer with a sliding
/// window reserves is limited to the window and additional tokens: a quarter of the window, but at least 64 tokens.
/// </para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly List<CachedLayer> _layers = [];
    private readonly long? _maxLength;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="maxLength">
    /// The expected maximum number of tokens, for which memory is reserved when the first tokens are added. More tokens are allowed.
    /// Null: unknown.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is less than 1.</exception>
    public KeyValueCache(long? maxLength = null)
    {
        if (maxLength is { } length) ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
        _maxLength = maxLength;
    }

    /// <summary>
    /// Number of tokens that the first layer has processed, including tokens that its sliding window has removed. During a forward pass the
    /// following layers may have processed fewer tokens.
    /// </summary>
    public long Length => _layers.Count > 0 ? _layers[0].Length : 0;

    /// <summary>Number of layers with cached tokens.</summary>
    public int LayerCount => _layers.Count;

    /// <summary>
    /// Appends the keys and values of new tokens to a layer and returns the keys and values that the new tokens attend to.
    /// </summary>
    /// <param name="layer">Zero-based index of the layer; layers are added in order.</param>
    /// <param name="keys">Float [batch, heads, tokens, width].</param>
    /// <param name="values">Float [batch, heads, tokens, width].</param>
    /// <param name="window">
    /// Sliding window of the layer: a token attends to this many tokens, including itself. Older tokens are removed, so the memory of the
    /// layer does not grow with the text. The window must be the same in all calls. Null: all tokens are kept.
    /// </param>
    /// <returns>
    /// Float [batch, heads, cached tokens, width] each, valid until the cache changes. With a window, at most
    /// <paramref name="window"/> - 1 tokens precede the new ones.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="layer"/> is negative, a layer before <paramref name="layer"/> is still empty, or <paramref name="window"/> is less
    /// than 1.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The shape does not match the cached tensors, or <paramref name="window"/> is not the window of the earlier calls.
    /// </exception>
    public (Tensor Keys, Tensor Values) Update(int layer, Tensor keys, Tensor values, int? window = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        if (layer < 0 || layer > _layers.Count)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, "Layers must be added in order. "
                + $"The next layer is {_layers.Count}.");
        if (window is { } size) ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(window));
        if (layer == _layers.Count) _layers.Add(new CachedLayer(window, _maxLength));
        if (_layers[layer].Window != window)
            throw new ArgumentException($"Layer {layer} of the cache was created with {WindowText(_layers[layer].Window)}, but this call "
                + $"has {WindowText(window)}. Pass the same window in all calls.", nameof(window));
        return _layers[layer].Add(keys, values);
    }

    private static string WindowText(int? window) => window is { } size ? $"a window of {Quantity.Of(size, "token")}" : "no window";

    /// <summary>Number of tokens for which memory of a layer is reserved.</summary>
    /// <param name="layer">Zero-based index of the layer.</param>
    internal long Capacity(int layer) => _layers[layer].Capacity;

    /// <summary>Whether <see cref="Extend"/> can append a token to a layer.</summary>
    /// <param name="layer">Zero-based index of the layer.</param>
    /// <param name="shape">Number of rows, number of heads and width of a head.</param>
    /// <param name="type">The type of keys and values.</param>
    /// <param name="window">Sliding window of the layer; null: none.</param>
    internal bool CanExtend(int layer, ReadOnlySpan<long> shape, ScalarType type, int? window) =>
        _layers[layer].CanExtend(shape, type, window);

    /// <summary>Appends one token to a layer; its key and value are not initialized.</summary>
    /// <param name="layer">Zero-based index of the layer.</param>
    /// <returns>
    /// The keys and values, float [batch, heads, capacity, width] each, and the part of them that the new token attends to: the index of
    /// its first token and the number of tokens, including the new one.
    /// </returns>
    internal (Tensor Keys, Tensor Values, long First, long Tokens) Extend(int layer) => _layers[layer].Extend();

    /// <summary>Selects rows of the batch; a row may be selected several times (beams) or not at all.</summary>
    /// <param name="rows">Int64 [rows], indices of existing rows.</param>
    public void SelectRows(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_layers.Count == 0) return;
        using var scope = NewDisposeScope();
        // In beam search most rows stay in their place, so only the rows that change are copied.
        var changed = rows.shape[0] != _layers[0].Rows ? null
            : rows.ne(arange(rows.shape[0], ScalarType.Int64, rows.device)).nonzero().flatten();
        if (changed?.shape[0] == 0) return;
        foreach (var layer in _layers) layer.SelectRows(rows, changed);
    }

    /// <summary>Removes all tokens except the first <paramref name="length"/> tokens.</summary>
    /// <param name="length">Number of tokens to keep, including tokens that a sliding window has removed.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="length"/> is negative or greater than <see cref="Length"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A layer with a sliding window has already removed tokens that are in the window of the next token.
    /// </exception>
    public void Crop(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        if (_layers.Any(layer => !layer.CanCrop(length)))
            throw new InvalidOperationException($"The cache cannot be cropped from {Length} to {length} tokens: layers with a sliding "
                + "window keep only the tokens of the window. Process the text again with a new cache, or crop to 0.");
        foreach (var layer in _layers) layer.Crop(length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        _layers.Clear();
    }
}
