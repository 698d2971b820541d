using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The keys and values of one layer in a <see cref="KeyValueCache"/>.</summary>
/// <remarks>
/// Tokens are stored in order in a part of two tensors. With a sliding window, the part moves towards the end of the tensors as older
/// tokens are removed. A part that has reached the end is moved back to the start.
/// </remarks>
/// <param name="window">Sliding window in tokens; null: none.</param>
/// <param name="maxLength">The expected maximum number of tokens; null: unknown.</param>
internal sealed class CachedLayer(int? window, long? maxLength) : IDisposable
{
    private const long MinSpareTokens = 64, SpareDivisor = 4;
    private Tensor? _keys, _values;              // [batch, heads, capacity, width]; they do not belong to a dispose scope
    private long _first, _count;                 // the range of the stored tokens in _keys and _values

    /// <summary>Number of tokens so far, including removed ones.</summary>
    internal long Length { get; private set; }

    internal long Capacity => _keys?.shape[2] ?? 0;

    /// <summary>Capacity that a layer never exceeds, except for a single long input; null: no limit.</summary>
    /// <summary>The sliding window in tokens; null: none.</summary>
    internal int? Window => window;

    private long? MaxCapacity => window is { } size ? size - 1 + Math.Max(MinSpareTokens, size / SpareDivisor) : null;

    internal (Tensor Keys, Tensor Values) Add(Tensor keys, Tensor values)
    {
        Check(_keys, keys);
        Check(_values, values);
        var tokens = keys.shape[2];
        RemoveOlder();
        Length += tokens;
        if (is_grad_enabled() && (keys.requires_grad || values.requires_grad || _keys is { requires_grad: true }))
            return Concatenate(keys, values, keep: _count + tokens);
        if (_count + tokens > MaxCapacity) return Concatenate(keys, values, keep: Math.Min(_count + tokens, window!.Value - 1));
        if (_keys is not { requires_grad: false } || _first + _count + tokens > Capacity) Reallocate(keys, values, _count + tokens);
        using (no_grad())
        {
            Write(_keys!, keys);
            Write(_values!, values);
        }
        _count += tokens;
        return (Stored(_keys!), Stored(_values!));
    }

    internal bool CanExtend(ReadOnlySpan<long> shape, ScalarType type, int? expectedWindow) =>
        window == expectedWindow && _keys is { requires_grad: false } keys && _values is { requires_grad: false } values
        && keys.dtype == type && values.dtype == type && keys.device_type == TorchSharp.DeviceType.CPU
        && keys.is_contiguous() && values.is_contiguous() && keys.shape is [var rows, var heads, _, var width]
        && shape.SequenceEqual([rows, heads, width]);

    internal (Tensor Keys, Tensor Values, long First, long Tokens) Extend()
    {
        RemoveOlder();
        if (_first + _count + 1 > Capacity) Reallocate(_keys!, _values!, _count + 1);
        Length++;
        _count++;
        return (_keys!, _values!, _first, _count);
    }

    /// <summary>Number of rows of the batch; 0 if no token is stored.</summary>
    internal long Rows => _keys?.shape[0] ?? 0;

    /// <summary>Selects rows of the batch.</summary>
    /// <param name="rows">Int64 [rows], indices of existing rows.</param>
    /// <param name="changed">
    /// Int64, the indices i for which <c>rows[i]</c> differs from i: only these rows are copied. Null: the number of rows changes, and all
    /// rows are copied.
    /// </param>
    internal void SelectRows(Tensor rows, Tensor? changed)
    {
        if (_keys is null) return;
        using var scope = NewDisposeScope();
        if (_keys.requires_grad || _values!.requires_grad)
        {
            Replace(_keys.index_select(0, rows), _values!.index_select(0, rows));
            return;
        }
        using var noGradient = no_grad();
        if (changed is null)
        {
            Replace(Selected(_keys), Selected(_values));
            return;
        }
        var sources = rows.index_select(0, changed);
        Stored(_keys).index_copy_(0, changed, Stored(_keys).index_select(0, sources));
        Stored(_values).index_copy_(0, changed, Stored(_values).index_select(0, sources));

        Tensor Selected(Tensor tensor)
        {
            var selected = empty([rows.shape[0], .. tensor.shape[1..]], tensor.dtype, tensor.device);
            Stored(selected).copy_(Stored(tensor).index_select(0, rows));
            return selected;
        }
    }

    /// <summary>Whether the layer, cropped to a length, would still contain all tokens that the next token attends to.</summary>
    /// <param name="length">Number of tokens.</param>
    internal bool CanCrop(long length) =>
        length == 0 || Length - _count <= Math.Max(0, length - (window - 1 ?? length)) || length == Length;

    internal void Crop(long length)
    {
        _count = Math.Max(0, _count - (Length - length));
        Length = length;
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
    }

    /// <summary>Removes tokens that are outside the window of the next token.</summary>
    private void RemoveOlder()
    {
        if (window is not { } size || _count < size) return;
        _first += _count - (size - 1);
        _count = size - 1;
    }

    private Tensor Stored(Tensor tensor) => tensor.narrow(2, _first, _count);

    private void Write(Tensor tensor, Tensor added)
    {
        using var place = tensor.narrow(2, _first + _count, added.shape[2]);
        place.copy_(added).Dispose();
    }

    /// <summary>Returns the stored and the new tokens in new tensors, and stores the last <paramref name="keep"/> of them.</summary>
    private (Tensor Keys, Tensor Values) Concatenate(Tensor keys, Tensor values, long keep)
    {
        if (_count > 0) (keys, values) = (cat([Stored(_keys!), keys], 2), cat([Stored(_values!), values], 2));
        using var scope = NewDisposeScope();
        var isAll = keep == keys.shape[2];
        Replace(isAll ? keys.alias() : Last(keys), isAll ? values.alias() : Last(values));
        (_first, _count) = (0, keep);
        return (keys, values);

        Tensor Last(Tensor x) => x.narrow(2, x.shape[2] - keep, keep).clone();
    }

    /// <summary>Moves the stored tokens to the start of the tensors or, if these are too small, copies them to larger tensors.</summary>
    private void Reallocate(Tensor keys, Tensor values, long needed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (needed <= Capacity && _keys is { requires_grad: false })
        {
            var (movedKeys, movedValues) = (Stored(_keys!).clone(), Stored(_values!).clone());    // the old and the new range may overlap
            _first = 0;
            Stored(_keys!).copy_(movedKeys);
            Stored(_values!).copy_(movedValues);
            return;
        }
        var doubled = Math.Max(2 * Capacity, MinSpareTokens);
        var wanted = maxLength is { } limit && limit >= needed ? limit : doubled;
        var room = Math.Max(needed, Math.Min(wanted, MaxCapacity ?? wanted));
        Replace(Wider(_keys, keys), Wider(_values, values));
        _first = 0;

        Tensor Wider(Tensor? tensor, Tensor added)
        {
            var wider = empty([added.shape[0], added.shape[1], room, added.shape[3]], added.dtype, added.device);
            if (_count > 0) wider.narrow(2, 0, _count).copy_(Stored(tensor!));
            return wider;
        }
    }

    private void Replace(Tensor keys, Tensor values)
    {
        Dispose();
        (_keys, _values) = (keys.DetachFromDisposeScope(), values.DetachFromDisposeScope());
    }

    private static void Check(Tensor? kept, Tensor added)
    {
        if (kept is null) return;
        var (expected, found) = (kept.shape, added.shape);
        if (found.Length == 4 && (found[0], found[1], found[3]) == (expected[0], expected[1], expected[3])) return;
        throw new ArgumentException(
            $"The key-value cache contains tensors of shape [{expected[0]}, {expected[1]}, tokens, {expected[3]}]. "
            + $"A tensor of shape [{string.Join(", ", found)}] cannot be appended to them. Use a new cache for each batch.");
    }
}
