using System.Diagnostics.CodeAnalysis;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>A decoder layer in a <see cref="DecoderStep"/>: addresses of its weights and of its cache, and its sizes.</summary>
internal unsafe struct StepLayer
{
    /// <summary>The norms before attention and before the feed-forward layer.</summary>
    internal StepNorm AttentionNorm, FeedForwardNorm;

    /// <summary>The norms of the outputs of attention and of the feed-forward layer; none in most models.</summary>
    internal StepNorm AttentionOutputNorm, FeedForwardOutputNorm;

    /// <summary>The norms of the queries and keys of a head; none in most models.</summary>
    internal StepNorm QueryNorm, KeyNorm;

    /// <summary>The projections. If <see cref="Key"/> has no weight, <see cref="Query"/> computes queries, keys and values.</summary>
    internal StepLinear Query, Key, Value, Output;

    /// <summary>
    /// The feed-forward layer. If <see cref="Up"/> has no weight and the layer is gated, <see cref="Gate"/> computes the gate and the
    /// values.
    /// </summary>
    internal StepLinear Gate, Up, Down;

    internal StepActivation Activation;
    internal bool IsGated;
    internal int Heads, KeyValueHeads, Width;

    /// <summary>Factor of the queries before the usual 1 / √width.</summary>
    internal float QueryFactor;

    private void* _cosine, _sine, _keys, _values, _mask;
    private nint _tableStride, _batchStride, _headStride, _maskStride;

    internal int Rotated { get; private set; }

    /// <summary>Number of cached tokens that the new token attends to.</summary>
    internal int Past { get; private set; }

    /// <summary>Number of inner values of the feed-forward layer.</summary>
    internal readonly int Inner => Down.Inputs;

    /// <summary>Whether the sizes of the projections fit together and the kernels can compute them.</summary>
    /// <param name="hidden">Width of the hidden states.</param>
    [SuppressMessage("Maintainability", "CA1502", Justification = "One condition for each projection.")]
    internal readonly bool Fits(int hidden)
    {
        var (query, key) = (Heads * Width, KeyValueHeads * Width);
        return Width % Lanes.Count == 0 && key % VectorPair.Count == 0 && Heads % KeyValueHeads == 0
            && Query.Inputs == hidden && Output.Inputs == query && Output.Outputs == hidden
            && (Key.IsNone ? Query.Outputs == query + 2 * key : Query.Outputs == query && Key.Outputs == key && Value.Outputs == key
                && Key.Inputs == hidden && Value.Inputs == hidden)
            && Gate.Inputs == hidden && Down.Outputs == hidden
            && (Up.IsNone ? Gate.Outputs == (IsGated ? 2 : 1) * Inner : IsGated && Gate.Outputs == Inner && Up.Outputs == Inner
                && Up.Inputs == hidden);
    }

    /// <summary>Sets the rotary tables.</summary>
    /// <param name="cosine">Float [batch or 1, 1, 1, rotated width], contiguous.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    internal void SetRotary(Tensor cosine, Tensor sine)
    {
        _cosine = TensorMemory.Pointer(cosine);
        _sine = TensorMemory.Pointer(sine);
        Rotated = (int)cosine.size(3);
        _tableStride = cosine.size(0) == 1 ? 0 : Rotated;
    }

    /// <summary>
    /// Sets the cache. The new token is the last of the <paramref name="tokens"/> tokens that start at index <paramref name="first"/>.
    /// </summary>
    /// <param name="keys">Float [batch, key and value heads, capacity, width], contiguous.</param>
    /// <param name="values">As <paramref name="keys"/>.</param>
    /// <param name="first">Index of the first token.</param>
    /// <param name="tokens">Number of tokens, including the new one.</param>
    internal void SetCache(Tensor keys, Tensor values, long first, long tokens)
    {
        Past = (int)tokens - 1;
        _headStride = (nint)(keys.size(2) * Width);
        _batchStride = KeyValueHeads * _headStride;
        var bytes = (nint)(first * Width * keys.ElementSize);
        _keys = (byte*)TensorMemory.Pointer(keys) + bytes;
        _values = (byte*)TensorMemory.Pointer(values) + bytes;
    }

    /// <summary>Sets the mask that is added to the scores.</summary>
    /// <param name="mask">Float [batch or 1, 1, 1, tokens], contiguous; the last entries belong to the tokens of the cache.</param>
    internal void SetMask(Tensor mask)
    {
        var columns = mask.size(3);
        _maskStride = mask.size(0) == 1 ? 0 : (nint)columns;
        _mask = (byte*)TensorMemory.Pointer(mask) + (columns - Past - 1) * mask.ElementSize;
    }

    internal readonly T* Cosine<T>(int row) where T : unmanaged => (T*)_cosine + row * _tableStride;

    internal readonly T* Sine<T>(int row) where T : unmanaged => (T*)_sine + row * _tableStride;

    internal readonly T* Keys<T>(int row, int head) where T : unmanaged => (T*)_keys + row * _batchStride + head * _headStride;

    internal readonly T* Values<T>(int row, int head) where T : unmanaged => (T*)_values + row * _batchStride + head * _headStride;

    /// <summary>The mask of a row; null if nothing is masked.</summary>
    internal readonly T* Mask<T>(int row) where T : unmanaged => _mask is null ? null : (T*)_mask + row * _maskStride;
}
