using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention for training: scale, mask, softmax and dropout of the probabilities in one pass over the scores.</summary>
/// <remarks>With dropout, the backward pass keeps the probabilities and one bit per element; libtorch's composed attention keeps three
/// tensors of shape [batch, heads, queries, tokens] and two scaled copies. Without dropout, the backward pass computes the probabilities
/// again, so nothing of this shape is kept.</remarks>
internal static unsafe partial class TrainingAttention
{
    private const long MaxTokensWithoutDropout = 512;                     // for more tokens, libtorch's kernel needs less memory

    /// <summary>Whether this kernel supports the call.</summary>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, double dropout) =>
        FastPaths.Attention && dropout is >= 0 and < 1 && is_grad_enabled()
        && (query.requires_grad || key.requires_grad || value.requires_grad)
        && (dropout == 0 ? CanRunWithoutDropout(query, key) : BernoulliMask.CanRun(query))
        && key.dtype == query.dtype && value.dtype == query.dtype
        && key.device_type == query.device_type && value.device_type == query.device_type
        && key.shape[1] == query.shape[1] && key.shape.AsSpan().SequenceEqual(value.shape);

    /// <summary>
    /// Whether this kernel is used without dropout: bfloat16, AVX-512, at most 512 tokens. In float32 libtorch's kernel is as fast; in
    /// bfloat16 it prepares a separate matrix product for each head of each row.
    /// </summary>
    private static bool CanRunWithoutDropout(Tensor query, Tensor key) =>
        query.dtype == ScalarType.BFloat16 && Vector512.IsHardwareAccelerated && Lanes.IsFast && Lanes.CanRun(query)
        && key.shape[2] <= MaxTokensWithoutDropout;

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, queries, tokens]; null: no mask.</param>
    /// <param name="isCausal">Whether a query attends only to its own token and to preceding tokens.</param>
    /// <param name="dropout">Probability with which an attention probability is set to 0; may be 0.</param>
    /// <param name="drawnQueries">Number of queries for which the dropout mask is drawn; at least the number of queries in
    /// <paramref name="query"/>, which use the first part of the mask. If only the first queries of a sequence are computed, pass the
    /// number of all its queries, so that the random stream advances as if all were computed.</param>
    /// <returns>Float [batch, heads, queries, width].</returns>
    internal static Tensor Apply(Tensor query, Tensor key, Tensor value, Tensor? mask, bool isCausal, double dropout, long drawnQueries) =>
        mask is { requires_grad: true }
            ? Function.apply(query, key, value, new Settings(null, isCausal, 1 - dropout, drawnQueries), mask)
            : Function.apply(query, key, value, new Settings(mask, isCausal, 1 - dropout, drawnQueries));

    private sealed record Settings(Tensor? Mask, bool IsCausal, double Keep, long DrawnQueries)
    {
        /// <summary>The shape of a mask whose gradient is computed, such as a mask of learned relative positions; null: none.</summary>
        internal long[]? MaskShape { get; init; }
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (query, key, value, settings) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (Settings)arguments[3]);
            if (arguments.Length > 4) settings = settings with { Mask = (Tensor)arguments[4], MaskShape = ((Tensor)arguments[4]).shape };
            var products = AttentionProducts.For(query, key, value, settings.IsCausal);
            (query, key, value) = (products.Readable(query), products.Readable(key), products.Readable(value));
            var bits = settings.Keep == 1 ? null
                : BernoulliMask.Draw(query.shape[0] * query.shape[1] * settings.DrawnQueries * key.shape[2], settings.Keep);
            var (probabilities, dropped) = Probabilities(products, query, key, bits, settings);
            Tensor?[] saved = [query, key, value, .. bits is null ? new[] { settings.Mask?.alias() } : [probabilities, bits]];
            (save, keep) = ([.. saved.OfType<Tensor>()], settings with { Mask = null });
            return products.WeightedSum(dropped, value);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (query, key, value, settings) = (saved[0], saved[1], saved[2], (Settings)kept!);
            var products = AttentionProducts.For(query, key, value, settings.IsCausal);
            gradient = products.Readable(gradient);
            var bits = settings.Keep == 1 ? null : saved[4];
            var probabilities = bits is not null ? saved[3]
                : Probabilities(products, query, key, null, settings with { Mask = saved.ElementAtOrDefault(3) }).Kept;
            // The gradient of the probabilities after dropout; the loop below replaces it with the gradient of the scores.
            var scoresGradient = products.Scores(gradient, value);
            var dropped = bits is null ? probabilities : empty_like(probabilities);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            Debug.Assert(scoresGradient.is_contiguous() && scoresGradient.dtype == probabilities.dtype,
                "The loop reads both tensors with the same index.");
            rows.Gradient = TensorMemory.Pointer(scoresGradient);
            if (settings.MaskShape is not null) rows.Scale = 1;                      // the gradient of the mask is not scaled
            NativeThreads.For(RowCount(probabilities), 1, ref rows,
                probabilities.dtype == ScalarType.Float32 ? &SoftmaxBackward<float> : &SoftmaxBackward<ushort>);
            var (queryGradient, keyGradient, valueGradient) = (products.WeightedSum(scoresGradient, key),
                products.TransposedWeightedSum(scoresGradient, query), products.TransposedWeightedSum(dropped, gradient));
            if (settings.MaskShape is not { } shape) return [queryGradient, keyGradient, valueGradient, null];
            var scale = 1 / Math.Sqrt(query.shape[3]);
            return [queryGradient.mul_(scale), keyGradient.mul_(scale), valueGradient, null, SummedTo(scoresGradient, shape)];
        }

        /// <summary>The probabilities before and after dropout.</summary>
        private static (Tensor Kept, Tensor Dropped) Probabilities(
            AttentionProducts products, Tensor query, Tensor key, Tensor? bits, Settings settings)
        {
            var probabilities = products.Scores(query, key);             // scores; the loop below replaces them with probabilities
            var dropped = bits is null ? probabilities : empty_like(probabilities);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            using var mask = settings.Mask?.to(query.dtype).expand([.. probabilities.shape[..3], settings.Mask.shape[3]])
                .expand_as(probabilities);
            using var readable = mask?.stride()[3] == 1 ? mask.alias() : mask?.contiguous();
            if (readable is not null) rows.Mask = StridedView.Of(readable);
            NativeThreads.For(RowCount(probabilities), 1, Lanes.RoundUp(rows.Tokens), ref rows,
                probabilities.dtype == ScalarType.Float32 ? &Softmax<float> : &Softmax<ushort>);
            return (probabilities, dropped);
        }

        /// <summary>The gradient of a mask that was broadcast.</summary>
        private static Tensor SummedTo(Tensor gradient, long[] shape)
        {
            long[] broadcast = [.. Enumerable.Range(0, shape.Length).Where(axis => shape[axis] < gradient.shape[axis])
                .Select(axis => (long)axis)];
            return broadcast.Length == 0 ? gradient : gradient.sum(broadcast, keepdim: true);
        }
    }

    private static AttentionRows Rows(Tensor query, Tensor probabilities, Tensor dropped, Tensor? bits, Settings settings)
    {
        Debug.Assert(probabilities.is_contiguous() && dropped.is_contiguous() && probabilities.dtype == dropped.dtype,
            "The loops read both as one array.");
        Debug.Assert(bits is null || (bits.dtype == ScalarType.Byte
            && 8 * (bits.numel() - 1) >= probabilities.numel() / query.size(2) * settings.DrawnQueries),
            "One bit per probability and one more byte.");
        return new()
        {
            Probabilities = TensorMemory.Pointer(probabilities), Dropped = TensorMemory.Pointer(dropped),
            Bits = bits is null ? null : (byte*)TensorMemory.Pointer(bits), Queries = (int)probabilities.shape[2],
            Tokens = (int)probabilities.shape[3],
            DrawnQueries = settings.DrawnQueries, Scale = (float)(1 / Math.Sqrt(query.shape[3])),
            KeepScale = BernoulliMask.Reciprocal(settings.Keep, query.dtype), IsCausal = settings.IsCausal,
        };
    }

    private static int RowCount(Tensor probabilities) => (int)(probabilities.numel() / probabilities.shape[3]);

    /// <summary>Replaces scores by their softmax and stores the probabilities after dropout; <paramref name="buffer"/> is working memory
    /// for one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<T>(void* arguments, int from, int to, float* buffer) where T : unmanaged
    {
        var p = (AttentionRows*)arguments;
        for (var index = from; index < to; index++)
        {
            var (row, visible) = (p->Row<T>(index), p->VisibleTokens(index));
            var max = p->PositionToContent is null ? RowSoftmax.Load(row.Probabilities, p->MaskRow<T>(index), p->Scale, visible, buffer)
                : LoadWithPositions(p, index, row.Probabilities, buffer);
            // If every token is masked, as with padding on the left, the probabilities are 0, as in libtorch.
            if (max == float.NegativeInfinity) visible = 0;
            else row.Scale = 1 / RowSoftmax.Exponentiate(buffer, visible, max);
            row.Buffer = buffer;
            ElementLoop.Run<StoreDropped<T>, AttentionRow<T>>(row, 0, visible);
            new Span<T>(row.Probabilities + visible, p->Tokens - visible).Clear();
            new Span<T>(row.Dropped + visible, p->Tokens - visible).Clear();
        }
    }

    /// <summary>
    /// Replaces the gradient of the probabilities after dropout with the gradient of the scores, and computes the probabilities after
    /// dropout again.
    /// </summary>
    /// <remarks>With p the probabilities, d the dropout factors and g the gradient: p·(d·g - Σ p·d·g)·scale.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxBackward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (AttentionRows*)arguments;
        for (var index = from; index < to; index++)
        {
            var (row, visible) = (p->Row<T>(index), p->VisibleTokens(index));
            row.Gradient = (T*)p->Gradient + (long)index * p->Tokens;
            row.Scale = p->Scale;
            row.Sum = Vector256.Sum(ElementLoop.Reduce<DropAgain<T>, AttentionRow<T>>(row, 0, visible, Vector256<float>.Zero));
            ElementLoop.Run<StoreScoresGradient<T>, AttentionRow<T>>(row, 0, visible);
            if (p->PositionToContent is not null) SpreadToPositions(p, index, row.Gradient);
            new Span<T>(row.Gradient + visible, p->Tokens - visible).Clear();
            new Span<T>(row.Dropped + visible, p->Tokens - visible).Clear();
        }
    }

    private readonly struct StoreDropped<T> : IElementKernel<AttentionRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in AttentionRow<T> p, nint index, int count)
        {
            var probability = Vector256.Load(p.Buffer + index) * p.Scale;
            Lanes.Store(probability, p.Probabilities + index, count);
            if (p.Bits is not null) Lanes.Store(probability * p.DropoutFactors(index), p.Dropped + index, count);
        }
    }

    private readonly struct DropAgain<T> : IReductionKernel<AttentionRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in AttentionRow<T> p, nint index, int count, Vector256<float> accumulator)
        {
            var dropped = Lanes.Load(p.Probabilities + index, count) * p.DropoutFactors(index);
            if (p.Bits is not null) Lanes.Store(dropped, p.Dropped + index, count);
            return Vector256.FusedMultiplyAdd(dropped, Lanes.Load(p.Gradient + index, count), accumulator);
        }
    }

    private readonly struct StoreScoresGradient<T> : IElementKernel<AttentionRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in AttentionRow<T> p, nint index, int count)
        {
            var gradient = Lanes.Load(p.Gradient + index, count) * p.DropoutFactors(index) - Vector256.Create(p.Sum);
            Lanes.Store(Lanes.Load(p.Probabilities + index, count) * gradient * p.Scale, p.Gradient + index, count);
        }
    }

    /// <summary>One row of attention probabilities: a query of a head.</summary>
    private struct AttentionRow<T> where T : unmanaged
    {
        internal T* Probabilities, Dropped, Gradient;
        internal float* Buffer;
        internal byte* Bits;
        internal long FirstBit;
        internal float Scale, KeepScale, Sum;

        /// <summary>Eight dropout factors: 1 / keep, or 0 for dropped elements; 1 without dropout.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<float> DropoutFactors(nint index) =>
            Bits is null ? Vector256<float>.One : Lanes.MaskOf(Bits, FirstBit + index) & Vector256.Create(KeepScale);
    }

    /// <summary>All rows of a call, [batch · heads · queries, tokens].</summary>
    private partial struct AttentionRows
    {
        internal void* Probabilities, Dropped, Gradient;

        // Scores of relative positions, or their gradients: [heads, batch, queries, rows] and [heads, batch, tokens, rows].
        internal void* ContentToPosition, PositionToContent;
        internal float* Read;
        internal int Batch, Heads, PositionRows;
        internal StridedView Mask;
        internal byte* Bits;
        internal long DrawnQueries;
        internal int Queries, Tokens;
        internal float Scale, KeepScale;
        internal bool IsCausal;

        /// <summary>The number of tokens that a row attends to, starting with the first.</summary>
        internal readonly int VisibleTokens(int row) => IsCausal ? Math.Min(row % Queries + 1, Tokens) : Tokens;

        internal readonly T* MaskRow<T>(int row) where T : unmanaged => Mask.IsNone ? null : Mask.Row<T>(row / Queries, row % Queries);

        internal readonly AttentionRow<T> Row<T>(int row) where T : unmanaged => new()
        {
            Probabilities = (T*)Probabilities + (long)row * Tokens, Dropped = (T*)Dropped + (long)row * Tokens, KeepScale = KeepScale,
            Bits = Bits, FirstBit = (row / Queries * DrawnQueries + row % Queries) * Tokens,
        };
    }
}
