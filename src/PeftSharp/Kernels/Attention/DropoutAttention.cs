using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention whose probabilities are dropped out while training: scale, mask, softmax and dropout in one pass; the probabilities and a bit for each are kept for the backward pass.</summary>
/// <remarks>libtorch's own composes it and keeps three tensors of [batch, heads, tokens, tokens] and two scaled copies.</remarks>
internal static unsafe class DropoutAttention
{
    /// <summary>Whether it computes this call; otherwise libtorch's own does.</summary>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, double dropout) =>
        FastPaths.Attention && dropout is > 0 and < 1 && is_grad_enabled() && (query.requires_grad || key.requires_grad || value.requires_grad) && BernoulliMask.CanRun(query)
        && key.dtype == query.dtype && value.dtype == query.dtype && key.device_type == query.device_type && value.device_type == query.device_type
        && key.shape[1] == query.shape[1] && key.shape.AsSpan().SequenceEqual(value.shape);

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, queries, tokens]; null hides nothing.</param>
    /// <param name="isCausal">Whether a token sees only itself and those before it.</param>
    /// <param name="dropout">Probability of dropping a probability.</param>
    /// <param name="drawnQueries">Queries for which a mask is drawn, of which the first are used: as many as the whole layer has, so that the random stream moves as for all of them.</param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal, double dropout, long drawnQueries) =>
        Function.apply(query, key, value, new Settings(mask, isCausal, 1 - dropout, drawnQueries));

    private sealed record Settings(Tensor? Mask, bool IsCausal, double Keep, long DrawnQueries);

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (query, key, value, settings) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (Settings)arguments[3]);
            var products = AttentionProducts.For(query, key, value, settings.IsCausal);
            (query, key, value) = (products.Ordered(query), products.Ordered(key), products.Ordered(value));
            var probabilities = products.Scores(query, key);                                    // scores until they are changed in place
            var dropped = empty_like(probabilities);
            var bits = BernoulliMask.Draw(probabilities.numel() / query.shape[2] * settings.DrawnQueries, settings.Keep);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            using var mask = settings.Mask?.to(query.dtype).expand([.. probabilities.shape[..3], settings.Mask.shape[3]]).expand_as(probabilities);
            using var ordered = mask?.stride()[3] == 1 ? mask.alias() : mask?.contiguous();
            if (ordered is not null)
            {
                var strides = ordered.stride();
                rows.Mask = (void*)TensorMemory.Pointer(ordered);
                (rows.BatchStride, rows.HeadStride, rows.QueryStride) = (strides[0], strides[1], strides[2]);
            }
            NativeThreads.For(Rows(probabilities), 1, Lanes.RoundUp(rows.Tokens), ref rows, probabilities.dtype == ScalarType.Float32 ? &Softmax<float> : &Softmax<ushort>);
            (save, keep) = ([query, key, value, probabilities, bits], settings with { Mask = null });
            return products.Mixture(dropped, value);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (query, key, value, probabilities, bits) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
            var settings = (Settings)kept!;
            var products = AttentionProducts.For(query, key, value, settings.IsCausal);
            gradient = products.Ordered(gradient);
            var back = products.Scores(gradient, value);                                        // of what was left of the probabilities; after the loop, of the scores
            var dropped = empty_like(probabilities);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            Debug.Assert(back.is_contiguous() && back.dtype == probabilities.dtype, "The loop reads it beside the probabilities.");
            rows.Gradient = (void*)TensorMemory.Pointer(back);
            NativeThreads.For(Rows(probabilities), 1, ref rows, probabilities.dtype == ScalarType.Float32 ? &SoftmaxBackward<float> : &SoftmaxBackward<ushort>);
            return [products.Mixture(back, key), products.TurnedMixture(back, query), products.TurnedMixture(dropped, gradient), null];
        }
    }

    private static AttentionRows Rows(Tensor query, Tensor probabilities, Tensor dropped, Tensor bits, Settings settings)
    {
        Debug.Assert(probabilities.is_contiguous() && dropped.is_contiguous() && probabilities.dtype == dropped.dtype, "The loops read both as one array.");
        Debug.Assert(bits.dtype == ScalarType.Byte && 8 * (bits.numel() - 1) >= probabilities.numel() / query.size(2) * settings.DrawnQueries, "One bit per probability and one more byte.");
        return new()
        {
            Probabilities = (void*)TensorMemory.Pointer(probabilities), Dropped = (void*)TensorMemory.Pointer(dropped), Bits = (byte*)TensorMemory.Pointer(bits),
            Heads = (int)probabilities.shape[1], Queries = (int)probabilities.shape[2], Tokens = (int)probabilities.shape[3], DrawnQueries = settings.DrawnQueries,
            Scale = (float)(1 / Math.Sqrt(query.shape[3])), Kept = BernoulliMask.Reciprocal(settings.Keep, query.dtype), IsCausal = settings.IsCausal,
        };
    }

    private static int Rows(Tensor probabilities) => (int)(probabilities.numel() / probabilities.shape[3]);

    /// <summary>Replaces scores by their softmax and writes the probabilities after dropout; <paramref name="powers"/> is working memory for one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<T>(void* arguments, int from, int to, float* powers) where T : unmanaged
    {
        var p = (AttentionRows*)arguments;
        for (var row = from; row < to; row++)
        {
            var (first, bit) = ((long)row * p->Tokens, p->FirstBit(row));
            var scores = (T*)p->Probabilities + first;
            var dropped = (T*)p->Dropped + first;
            var mask = (T*)p->MaskOf(row, sizeof(T));
            var seen = p->Seen(row);
            var most = Vector256.Create(float.NegativeInfinity);
            var i = 0;
            for (; i + Lanes.Count <= seen; i += Lanes.Count) most = Vector256.MaxNative(most, Score(scores, mask, powers, i, p->Scale, Lanes.Count));
            if (i < seen) most = Vector256.MaxNative(most, Score(scores, mask, powers, i, p->Scale, seen - i));
            var greatest = Lanes.Max(most);
            if (greatest == float.NegativeInfinity) seen = 0;                    // a query that sees nothing, as padding on the left, takes nothing: 0 as in libtorch
            var sums = Vector256<float>.Zero;
            for (i = 0; i < seen; i += Lanes.Count)
            {
                var power = Lanes.Exp(Vector256.Load(powers + i) - Vector256.Create(greatest));
                power.Store(powers + i);
                sums += power;
            }
            var share = Vector256.Create(1 / Vector256.Sum(sums));
            for (i = 0; i + Lanes.Count <= seen; i += Lanes.Count) Drop(scores, dropped, Vector256.Load(powers + i) * share, i, p->Kept, p->Bits, bit, Lanes.Count);
            if (i < seen) Drop(scores, dropped, Vector256.Load(powers + i) * share, i, p->Kept, p->Bits, bit, seen - i);
            new Span<T>(scores + seen, p->Tokens - seen).Clear();
            new Span<T>(dropped + seen, p->Tokens - seen).Clear();
        }
    }

    /// <summary>Eight scores, scaled and masked, also kept as they are; those beyond the count hide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Score<T>(T* scores, T* mask, float* to, int i, float scale, int count) where T : unmanaged
    {
        var score = Lanes.Load(scores + i, count) * scale;
        if (mask is not null) score += Lanes.Load(mask + i, count);
        if (count < Lanes.Count) score = Vector256.ConditionalSelect(Lanes.FirstMask(count), score, Vector256.Create(float.NegativeInfinity));
        score.Store(to + i);
        return score;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Drop<T>(T* probabilities, T* dropped, Vector256<float> probability, int i, float kept, byte* bits, long bit, int count) where T : unmanaged
    {
        Lanes.Store(probability, probabilities + i, count);
        Lanes.Store(probability * (Lanes.MaskOf(bits, bit + i) & Vector256.Create(kept)), dropped + i, count);
    }

    /// <summary>The gradient of what dropout left becomes that of the scores, in place; what it left is made again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxBackward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (AttentionRows*)arguments;
        for (var row = from; row < to; row++)
        {
            var (first, bit) = ((long)row * p->Tokens, p->FirstBit(row));
            var probabilities = (T*)p->Probabilities + first;
            var dropped = (T*)p->Dropped + first;
            var gradient = (T*)p->Gradient + first;
            var seen = p->Seen(row);
            var sums = Vector256<float>.Zero;
            var i = 0;
            for (; i + Lanes.Count <= seen; i += Lanes.Count) sums = Mixed(probabilities, dropped, gradient, i, p->Kept, p->Bits, bit, Lanes.Count, sums);
            if (i < seen) sums = Mixed(probabilities, dropped, gradient, i, p->Kept, p->Bits, bit, seen - i, sums);
            var sum = Vector256.Create(Vector256.Sum(sums));
            for (i = 0; i + Lanes.Count <= seen; i += Lanes.Count) ToScores(probabilities, gradient, i, p->Kept, p->Bits, bit, sum, p->Scale, Lanes.Count);
            if (i < seen) ToScores(probabilities, gradient, i, p->Kept, p->Bits, bit, sum, p->Scale, seen - i);
            new Span<T>(gradient + seen, p->Tokens - seen).Clear();
            new Span<T>(dropped + seen, p->Tokens - seen).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Mixed<T>(T* probabilities, T* dropped, T* gradient, int i, float kept, byte* bits, long bit, int count, Vector256<float> sums) where T : unmanaged
    {
        var left = Lanes.Load(probabilities + i, count) * (Lanes.MaskOf(bits, bit + i) & Vector256.Create(kept));
        Lanes.Store(left, dropped + i, count);
        return Vector256.FusedMultiplyAdd(left, Lanes.Load(gradient + i, count), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToScores<T>(T* probabilities, T* gradient, int i, float kept, byte* bits, long bit, Vector256<float> sum, float scale, int count) where T : unmanaged
    {
        var back = Lanes.Load(gradient + i, count) * (Lanes.MaskOf(bits, bit + i) & Vector256.Create(kept)) - sum;
        Lanes.Store(Lanes.Load(probabilities + i, count) * back * scale, gradient + i, count);
    }

    private struct AttentionRows
    {
        internal void* Probabilities, Dropped, Gradient, Mask;
        internal byte* Bits;
        internal long BatchStride, HeadStride, QueryStride, DrawnQueries;
        internal int Heads, Queries, Tokens;
        internal float Scale, Kept;
        internal bool IsCausal;

        /// <summary>How many tokens a row sees, from the first on.</summary>
        internal readonly int Seen(int row) => IsCausal ? Math.Min(row % Queries + 1, Tokens) : Tokens;

        /// <summary>Where the bits of a row begin among those of all queries that were drawn for.</summary>
        internal readonly long FirstBit(int row) => (row / Queries * DrawnQueries + row % Queries) * Tokens;

        internal readonly void* MaskOf(int row, int size)
        {
            if (Mask is null) return null;
            var head = row / Queries;
            return (byte*)Mask + (head / Heads * BatchStride + head % Heads * HeadStride + row % Queries * QueryStride) * size;
        }
    }
}
