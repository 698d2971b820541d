using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention of one query per head to all cached keys, as in generation: scores, softmax and weighted sum of a head in one pass,
/// in float32.</summary>
/// <remarks>libtorch computes this attention as matrix products, which are slow for one row.</remarks>
internal static unsafe class OneQueryAttention
{
    /// <summary>Whether this kernel supports the call.</summary>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        FastPaths.Attention && query.shape[2] == 1 && !is_grad_enabled() && Lanes.CanRun(query) && Lanes.IsFast
        && key.dtype == query.dtype && value.dtype == query.dtype
        && (mask is null || (mask.dtype == query.dtype && mask.device_type == query.device_type))
        && key.device_type == query.device_type && value.device_type == query.device_type
        && query.shape[3] is var width && width % Lanes.Count == 0
        && key.shape[3] == width && value.shape[3] == width && key.shape[1] == query.shape[1];

    /// <param name="query">Float [batch, heads, 1, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, 1, tokens]; null: no mask.</param>
    /// <returns>As <paramref name="query"/>.</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        (query, key, value) = (WithContiguousRows(query), WithContiguousRows(key), WithContiguousRows(value));
        var (batch, heads, tokens, width) = (query.shape[0], query.shape[1], key.shape[2], query.shape[3]);
        var result = empty([batch, heads, 1, width], query.dtype);
        Debug.Assert(query.shape[2] == 1 && width % Lanes.Count == 0, "The loops read whole vectors of one query.");
        Debug.Assert(key.shape.AsSpan().SequenceEqual([batch, heads, tokens, width])
            && value.shape.AsSpan().SequenceEqual([batch, heads, tokens, width]), "The shapes do not match.");
        Debug.Assert(key.dtype == query.dtype && value.dtype == query.dtype && (mask is null || mask.dtype == query.dtype), "One type.");
        var call = new Call
        {
            Query = StridedView.Of(query), Key = StridedView.Of(key), Value = StridedView.Of(value),
            Mask = mask is null ? default : StridedView.Of(mask.expand(batch, heads, 1, tokens)),
            Result = TensorMemory.Pointer(result), Tokens = (int)tokens, Width = (int)width, Scale = (float)(1 / Math.Sqrt(width)),
        };
        NativeThreads.For((int)(batch * heads), 1, Lanes.RoundUp(call.Tokens) + 2 * call.Width, ref call,
            query.dtype == ScalarType.Float32 ? &Attend<float> : &Attend<ushort>);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor WithContiguousRows(Tensor x) => x.stride()[3] == 1 ? x : x.contiguous();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Attend<T>(void* arguments, int from, int to, float* buffer) where T : unmanaged
    {
        var p = (Call*)arguments;
        var (tokens, width) = (p->Tokens, p->Width);
        var scores = buffer;
        var query = scores + Lanes.RoundUp(tokens);
        var sums = query + width;
        for (var head = from; head < to; head++)
        {
            var q = p->Query.Row<T>(head, 0);
            for (var i = 0; i < width; i += Lanes.Count) (Lanes.Load(q + i) * p->Scale).Store(query + i);

            var key = p->Key.Row<T>(head, 0);
            var mask = p->Mask.IsNone ? null : p->Mask.Row<T>(head, 0);
            var max = float.NegativeInfinity;
            for (var token = 0; token < tokens; token++, key += p->Key.RowStride)
            {
                var products = Vector256<float>.Zero;
                for (var i = 0; i < width; i += Lanes.Count)
                    products = Vector256.FusedMultiplyAdd(Lanes.Load(key + i), Vector256.Load(query + i), products);
                var score = Vector256.Sum(products);
                if (mask is not null) score += Lanes.ToSingle(mask + token * p->Mask.ColumnStride);
                scores[token] = score;
                max = MathF.Max(max, score);
            }

            new Span<float>(sums, width).Clear();
            // If every token is masked, the result stays 0, as in libtorch.
            if (max != float.NegativeInfinity)
            {
                RowSoftmax.Pad(scores, tokens);
                var scale = 1 / RowSoftmax.Exponentiate(scores, tokens, max);
                var value = p->Value.Row<T>(head, 0);
                for (var token = 0; token < tokens; token++, value += p->Value.RowStride)
                {
                    var probability = Vector256.Create(scores[token] * scale);
                    for (var i = 0; i < width; i += Lanes.Count)
                        Vector256.FusedMultiplyAdd(probability, Lanes.Load(value + i), Vector256.Load(sums + i)).Store(sums + i);
                }
            }
            var result = (T*)p->Result + (long)head * width;
            for (var i = 0; i < width; i += Lanes.Count) Lanes.Store(Vector256.Load(sums + i), result + i);
        }
    }

    private struct Call
    {
        internal StridedView Query, Key, Value, Mask;
        internal void* Result;
        internal int Tokens, Width;
        internal float Scale;
    }
}
