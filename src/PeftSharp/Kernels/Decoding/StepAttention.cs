using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>Attention of the new token in a <see cref="DecoderStep"/>: norms and rotation of query and key, scores, softmax and weighted
/// sum of a head in one pass, in float32.</summary>
internal static unsafe class StepAttention
{
    private const int Block = 4 * Lanes.Count;

    /// <summary>Size of the working memory, in float32 values.</summary>
    internal static nint ScratchSize(int width, int tokens) => 3 * (nint)width + Lanes.RoundUp(tokens);

    /// <summary>Computes one head of one row, and appends its key and value to the cache.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="row">Index of the row of the batch.</param>
    /// <param name="head">Index of the query head.</param>
    /// <param name="projected">Query, key and value of the row: [heads · width], [key and value heads · width] twice.</param>
    /// <param name="result">[width].</param>
    /// <param name="scratch">Working memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<T>(StepLayer* layer, int row, int head, in Projected<T> projected, T* result, float* scratch)
        where T : unmanaged
    {
        var (width, past) = (layer->Width, layer->Past);
        var groups = layer->Heads / layer->KeyValueHeads;
        var shared = head / groups;
        var query = scratch;
        var key = query + width;
        var free = key + width;
        var scores = free + width;
        Prepare(layer, layer->QueryNorm, row, projected.Query + head * width, query, free);
        Prepare(layer, layer->KeyNorm, row, projected.Key + shared * width, key, free);
        var value = projected.Value + shared * width;
        var keys = layer->Keys<T>(row, shared);
        var values = layer->Values<T>(row, shared);
        if (head % groups == 0)
        {
            // Threads that compute other heads of the group do not read this entry of the cache.
            Lanes.Convert(key, keys + (nint)past * width, width);
            new ReadOnlySpan<T>(value, width).CopyTo(new Span<T>(values + (nint)past * width, width));
        }
        Scale<T>(query, width, layer->QueryFactor);
        var mask = layer->Mask<T>(row);
        var max = float.NegativeInfinity;
        for (var token = 0; token <= past; token++)
        {
            var score = token < past ? Dot(query, keys + (nint)token * width, width) : Dot(query, key, width);
            if (mask is not null) score += Lanes.ToSingle(mask + token);
            scores[token] = score;
            max = MathF.Max(max, score);
        }
        if (max == float.NegativeInfinity)
        {
            new Span<T>(result, width).Clear();
            return;
        }
        RowSoftmax.Pad(scores, past + 1);
        var scale = 1 / RowSoftmax.Exponentiate(scores, past + 1, max);
        Mix(scores, scale, values, value, past, width, result);
    }

    /// <summary>Normalizes and rotates the query or key of a head; the result is float32, rounded to the type of the weights.</summary>
    private static void Prepare<T>(StepLayer* layer, in StepNorm norm, int row, T* x, float* result, float* free) where T : unmanaged
    {
        var (width, rotated) = (layer->Width, layer->Rotated);
        var to = rotated > 0 ? free : result;
        if (norm.IsNone) Lanes.Convert(x, to, width);
        else norm.Apply(x, to, width);
        if (rotated == 0) return;
        var pairs = new Pairs<T>
        {
            X = free, Result = result, Cosine = layer->Cosine<T>(row), Sine = layer->Sine<T>(row), Half = rotated / 2,
        };
        ElementLoop.Run<Turn<T>, Pairs<T>>(pairs, 0, pairs.Half);
        var rest = width - rotated;
        if (rest > 0) new ReadOnlySpan<float>(free + rotated, rest).CopyTo(new Span<float>(result + rotated, rest));
    }

    private static void Scale<T>(float* query, int width, float factor) where T : unmanaged
    {
        var scale = Vector256.Create(1 / MathF.Sqrt(width));
        for (var i = 0; i < width; i += Lanes.Count)
            ((factor == 1 ? Vector256.Load(query + i) : Lanes.Round<T>(Vector256.Load(query + i) * factor)) * scale).Store(query + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot<T>(float* query, T* key, int width) where T : unmanaged
    {
        var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i + 2 * Lanes.Count <= width; i += 2 * Lanes.Count)
        {
            first = Vector256.FusedMultiplyAdd(Lanes.Load(key + i), Vector256.Load(query + i), first);
            second = Vector256.FusedMultiplyAdd(Lanes.Load(key + i + Lanes.Count), Vector256.Load(query + i + Lanes.Count), second);
        }
        if (i < width) first = Vector256.FusedMultiplyAdd(Lanes.Load(key + i), Vector256.Load(query + i), first);
        return Vector256.Sum(first + second);
    }

    /// <summary>The sum of the values, weighted with the probabilities; the last value is not read from the cache.</summary>
    private static void Mix<T>(float* scores, float scale, T* values, T* last, int past, int width, T* result) where T : unmanaged
    {
        var i = 0;
        for (; i + Block <= width; i += Block)
        {
            var weight = Vector256.Create(scores[past] * scale);
            var (a, b, c, d) = (weight * Lanes.Load(last + i), weight * Lanes.Load(last + i + Lanes.Count),
                weight * Lanes.Load(last + i + 2 * Lanes.Count), weight * Lanes.Load(last + i + 3 * Lanes.Count));
            var value = values + i;
            for (var token = 0; token < past; token++, value += width)
            {
                weight = Vector256.Create(scores[token] * scale);
                a = Vector256.FusedMultiplyAdd(weight, Lanes.Load(value), a);
                b = Vector256.FusedMultiplyAdd(weight, Lanes.Load(value + Lanes.Count), b);
                c = Vector256.FusedMultiplyAdd(weight, Lanes.Load(value + 2 * Lanes.Count), c);
                d = Vector256.FusedMultiplyAdd(weight, Lanes.Load(value + 3 * Lanes.Count), d);
            }
            Lanes.Store(a, result + i);
            Lanes.Store(b, result + i + Lanes.Count);
            Lanes.Store(c, result + i + 2 * Lanes.Count);
            Lanes.Store(d, result + i + 3 * Lanes.Count);
        }
        for (; i < width; i += Lanes.Count)
        {
            var sum = Vector256.Create(scores[past] * scale) * Lanes.Load(last + i);
            var value = values + i;
            for (var token = 0; token < past; token++, value += width)
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(scores[token] * scale), Lanes.Load(value), sum);
            Lanes.Store(sum, result + i);
        }
    }

    /// <summary>The projections of one row.</summary>
    internal ref struct Projected<T> where T : unmanaged
    {
        internal T* Query, Key, Value;
    }

    private struct Pairs<T> where T : unmanaged
    {
        internal float* X, Result;
        internal T* Cosine, Sine;
        internal nint Half;
    }

    /// <summary>Rotates the pairs (i, i + half), rounded as the separate operations round.</summary>
    private readonly struct Turn<T> : IElementKernel<Pairs<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Pairs<T> p, nint index, int count)
        {
            var (first, second) = (Lanes.Load(p.X + index, count), Lanes.Load(p.X + p.Half + index, count));
            var (cosine, sine) = (Lanes.Load(p.Cosine + index, count), Lanes.Load(p.Sine + index, count));
            Lanes.Store(Lanes.Round<T>(Lanes.Round<T>(first * cosine) - Lanes.Round<T>(second * sine)), p.Result + index, count);
            Lanes.Store(Lanes.Round<T>(Lanes.Round<T>(second * cosine) + Lanes.Round<T>(first * sine)), p.Result + p.Half + index, count);
        }
    }
}
