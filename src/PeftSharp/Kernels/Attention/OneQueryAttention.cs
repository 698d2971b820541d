using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention of one query to all keys that are kept, as each new token of a text asks for it: scores, softmax and mixture of a head in one go, in float32 inside.</summary>
/// <remarks>libtorch's own goes through products of matrices, which are slow for one row.</remarks>
internal static unsafe class OneQueryAttention
{
    private const int MostWidth = 1024;

    /// <summary>Whether it computes this call; otherwise libtorch's own does.</summary>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        FastPaths.Attention && query.shape[2] == 1 && !is_grad_enabled() && Lanes.CanRun(query) && Lanes.IsFast
        && key.dtype == query.dtype && value.dtype == query.dtype && (mask is null || (mask.dtype == query.dtype && mask.device_type == query.device_type))
        && key.device_type == query.device_type && value.device_type == query.device_type
        && query.shape[3] is <= MostWidth and var width && width % Lanes.Count == 0 && key.shape[3] == width && value.shape[3] == width && key.shape[1] == query.shape[1];

    /// <param name="query">Float [batch, heads, 1, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, 1, tokens]; null hides nothing.</param>
    /// <returns>As <paramref name="query"/>.</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        (query, key, value) = (Straight(query), Straight(key), Straight(value));
        var (batch, heads, tokens, width) = (query.shape[0], query.shape[1], key.shape[2], query.shape[3]);
        var result = empty([batch, heads, 1, width], query.dtype);
        var scores = empty([batch * heads, tokens], ScalarType.Float32);
        Debug.Assert(query.shape[2] == 1 && width <= MostWidth && width % Lanes.Count == 0, "The loops read whole vectors of one query.");
        Debug.Assert(key.shape.AsSpan().SequenceEqual([batch, heads, tokens, width]) && value.shape.AsSpan().SequenceEqual([batch, heads, tokens, width]), "The shapes do not fit.");
        Debug.Assert(key.dtype == query.dtype && value.dtype == query.dtype && (mask is null || mask.dtype == query.dtype), "One type.");
        var (q, k, v) = (query.stride(), key.stride(), value.stride());
        var all = new Heads
        {
            Query = Part.Of(query, q), Key = Part.Of(key, k), Value = Part.Of(value, v), KeyToken = k[2], ValueToken = v[2],
            Result = (void*)TensorMemory.Pointer(result), Scores = (float*)TensorMemory.Pointer(scores),
            Count = (int)heads, Tokens = (int)tokens, Width = (int)width, Scale = (float)(1 / Math.Sqrt(width)),
        };
        if (mask is not null)
        {
            mask = mask.expand(batch, heads, 1, tokens);
            var strides = mask.stride();
            (all.Mask, all.MaskToken) = (Part.Of(mask, strides), strides[3]);
        }
        NativeThreads.For((int)(batch * heads), 1, ref all, query.dtype == ScalarType.Float32 ? &Attend<float> : &Attend<ushort>);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Straight(Tensor x) => x.stride()[3] == 1 ? x : x.contiguous();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Attend<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Heads*)arguments;
        var query = stackalloc float[MostWidth];
        var mixed = stackalloc float[MostWidth];
        for (var head = from; head < to; head++)
        {
            var (row, column) = (head / p->Count, head % p->Count);
            var scores = p->Scores + (long)head * p->Tokens;
            var q = (T*)p->Query.At(row, column, sizeof(T));
            for (var i = 0; i < p->Width; i += Lanes.Count) (Lanes.Load(q + i) * p->Scale).Store(query + i);

            var key = (T*)p->Key.At(row, column, sizeof(T));
            var mask = p->Mask.First is null ? null : (T*)p->Mask.At(row, column, sizeof(T));
            var greatest = float.NegativeInfinity;
            for (var token = 0; token < p->Tokens; token++, key += p->KeyToken)
            {
                var sum = Vector256<float>.Zero;
                for (var i = 0; i < p->Width; i += Lanes.Count) sum = Vector256.FusedMultiplyAdd(Lanes.Load(key + i), Vector256.Load(query + i), sum);
                var score = Vector256.Sum(sum);
                if (mask is not null) score += Lanes.ToSingle(mask + token * p->MaskToken);
                scores[token] = score;
                greatest = MathF.Max(greatest, score);
            }

            // A query that sees nothing takes nothing: 0 as in libtorch.
            var share = 0f;
            if (greatest != float.NegativeInfinity)
            {
                var sums = Vector256<float>.Zero;
                for (var i = 0; i < p->Tokens; i += Lanes.Count)
                {
                    var count = Math.Min(Lanes.Count, p->Tokens - i);
                    var power = Lanes.FirstMask(count) & Lanes.Exp(Lanes.Load(scores + i, count) - Vector256.Create(greatest));
                    sums += power;
                    Lanes.Store(power, scores + i, count);
                }
                share = 1 / Vector256.Sum(sums);
            }
            else new Span<float>(scores, p->Tokens).Clear();

            new Span<float>(mixed, p->Width).Clear();
            var value = (T*)p->Value.At(row, column, sizeof(T));
            for (var token = 0; token < p->Tokens; token++, value += p->ValueToken)
            {
                var probability = Vector256.Create(scores[token] * share);
                for (var i = 0; i < p->Width; i += Lanes.Count) Vector256.FusedMultiplyAdd(probability, Lanes.Load(value + i), Vector256.Load(mixed + i)).Store(mixed + i);
            }
            var result = (T*)p->Result + (long)head * p->Width;
            for (var i = 0; i < p->Width; i += Lanes.Count) Lanes.Store(Vector256.Load(mixed + i), result + i);
        }
    }

    /// <summary>A tensor of heads: where each begins.</summary>
    private struct Part
    {
        internal void* First;
        private long _row, _head;

        internal static Part Of(Tensor tensor, long[] strides) => new() { First = (void*)TensorMemory.Pointer(tensor), _row = strides[0], _head = strides[1] };

        internal readonly void* At(int row, int head, int size) => (byte*)First + (row * _row + head * _head) * size;
    }

    private struct Heads
    {
        internal Part Query, Key, Value, Mask;
        internal void* Result;
        internal float* Scores;
        internal long KeyToken, ValueToken, MaskToken;
        internal int Count, Tokens, Width;
        internal float Scale;
    }
}
