using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The keys and values of the tokens that a decoder has processed, so that they are not recomputed for each new token.</summary>
/// <remarks>
/// <para>
/// Memory is reserved in advance: the capacity is doubled when the cache is full, or is allocated once if the maximum length is known.
/// While gradients are recorded (a trained prefix), tensors are concatenated instead of written in place, because the backward pass still
/// reads them.
/// </para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private const long MinCapacity = 64;
    private readonly List<Layer> _layers = [];
    private readonly long? _maxLength;

    /// <param name="maxLength">
    /// The expected maximum number of tokens, for which memory is reserved at once. It may be exceeded. Null: unknown.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is less than 1.</exception>
    public KeyValueCache(long? maxLength = null)
    {
        if (maxLength is { } length) ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
        _maxLength = maxLength;
    }

    /// <summary>
    /// Number of cached tokens. During a forward pass, in which the layers are extended in order, the value of the first layer.
    /// </summary>
    public long Length => _layers.Count > 0 ? _layers[0].Length : 0;

    /// <summary>Number of layers with cached tokens.</summary>
    public int LayerCount => _layers.Count;

    /// <summary>Appends the keys and values of new tokens to a layer and returns all keys and values of the layer.</summary>
    /// <param name="layer">Zero-based index of the layer; layers are added in order.</param>
    /// <param name="keys">Float [batch, heads, tokens, width].</param>
    /// <param name="values">As <paramref name="keys"/>.</param>
    /// <returns>Float [batch, heads, cached tokens, width] each: views that are valid until the cache changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A layer before <paramref name="layer"/> is still empty.</exception>
    /// <exception cref="ArgumentException">The shape does not match the cached tensors.</exception>
    public (Tensor Keys, Tensor Values) Update(int layer, Tensor keys, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        if (layer < 0 || layer > _layers.Count)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, "Layers must be added in order. "
                + $"The next layer is {_layers.Count}.");
        if (layer == _layers.Count) _layers.Add(new Layer());
        var kept = _layers[layer];
        kept.Add(keys, values, _maxLength);
        return (kept.Keys.Narrow(kept.Length), kept.Values.Narrow(kept.Length));
    }

    /// <summary>Selects rows of the batch; a row may be selected several times (beams) or not at all.</summary>
    /// <param name="rows">Int64 [rows], indices of existing rows.</param>
    public void SelectRows(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var layer in _layers) layer.SelectRows(rows);
    }

    /// <summary>Removes all tokens after the first <paramref name="length"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="length"/> is negative or greater than <see cref="Length"/>.
    /// </exception>
    public void Crop(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        foreach (var layer in _layers) layer.Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        _layers.Clear();
    }

    /// <summary>The keys and values of one layer.</summary>
    private sealed class Layer : IDisposable
    {
        internal Buffer Keys { get; } = new();
        internal Buffer Values { get; } = new();
        internal long Length { get; set; }

        internal void Add(Tensor keys, Tensor values, long? maxLength)
        {
            Keys.Write(keys, Length, maxLength);
            Values.Write(values, Length, maxLength);
            Length += keys.shape[2];
        }

        internal void SelectRows(Tensor rows)
        {
            Keys.SelectRows(rows);
            Values.SelectRows(rows);
        }

        public void Dispose()
        {
            Keys.Dispose();
            Values.Dispose();
        }
    }

    /// <summary>A tensor [batch, heads, capacity, width] that is partly filled; it does not belong to a dispose scope.</summary>
    private sealed class Buffer : IDisposable
    {
        private Tensor? _tensor;

        internal Tensor Narrow(long length) => _tensor!.narrow(2, 0, length);

        internal void Write(Tensor added, long length, long? maxLength)
        {
            using var scope = NewDisposeScope();
            Check(added);
            if (is_grad_enabled() && (added.requires_grad || _tensor is { requires_grad: true }))
            {
                Replace(_tensor is null ? added.alias() : cat([_tensor.narrow(2, 0, length), added], 2));
                return;
            }
            var needed = length + added.shape[2];
            if (_tensor is null || _tensor.shape[2] < needed) Grow(added, length, needed, maxLength);
            using var noGradient = no_grad();
            _tensor!.narrow(2, length, added.shape[2]).copy_(added);
        }

        internal void SelectRows(Tensor rows)
        {
            using var scope = NewDisposeScope();
            Replace(_tensor!.index_select(0, rows));
        }

        public void Dispose() => _tensor?.Dispose();

        private void Grow(Tensor added, long length, long needed, long? maxLength)
        {
            using var noGradient = no_grad();
            var doubled = Math.Max(2 * (_tensor?.shape[2] ?? 0), MinCapacity);
            var capacity = Math.Max(needed, maxLength is { } expected && expected >= needed ? expected : doubled);
            var wider = empty([added.shape[0], added.shape[1], capacity, added.shape[3]], added.dtype, added.device);
            if (length > 0) wider.narrow(2, 0, length).copy_(_tensor!.narrow(2, 0, length));
            Replace(wider);
        }

        private void Replace(Tensor tensor)
        {
            _tensor?.Dispose();
            _tensor = tensor.DetachFromDisposeScope();
        }

        private void Check(Tensor added)
        {
            if (_tensor is null) return;
            var (kept, other) = (_tensor.shape, added.shape);
            if (other.Length == 4 && (other[0], other[1], other[3]) == (kept[0], kept[1], kept[3])) return;
            throw new ArgumentException($"The key-value cache holds tensors of shape [{kept[0]}, {kept[1]}, tokens, {kept[3]}], "
                + $"to which [{string.Join(", ", other)}] cannot be appended. Use a new cache for each batch.");
        }
    }
}
