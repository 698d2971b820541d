using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Attention with dropout of its probabilities, for training: scale, mask, softmax and dropout in one pass over the
/// scores.</summary>
/// <remarks>Besides query, key and value, the forward pass saves the probabilities and one bit per element for the backward pass. libtorch's
/// composed attention saves three tensors of shape [batch, heads, queries, tokens] and two scaled copies.</remarks>
internal static unsafe class DropoutAttention
{
    /// <summary>Whether this call can be computed here.</summary>
    internal static bool CanRun(Tensor query, Tensor key, Tensor value, double dropout) =>
        FastPaths.Attention && dropout is > 0 and < 1 && is_grad_enabled()
        && (query.requires_grad || key.requires_grad || value.requires_grad) && BernoulliMask.CanRun(query)
        && key.dtype == query.dtype && value.dtype == query.dtype
        && key.device_type == query.device_type && value.device_type == query.device_type
        && key.shape[1] == query.shape[1] && key.shape.AsSpan().SequenceEqual(value.shape);

    /// <param name="query">Float [batch, heads, queries, width].</param>
    /// <param name="key">Float [batch, heads, tokens, width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, float, broadcast to [batch, heads, queries, tokens]; null: no mask.</param>
    /// <param name="isCausal">Whether a query attends only to its own token and those before it.</param>
    /// <param name="dropout">Probability with which an attention probability is set to 0.</param>
    /// <param name="drawnQueries">Number of queries for which the dropout mask is drawn; at least the number of queries in
    /// <paramref name="query"/>, which use the first part of the mask. If only the first queries of a sequence are computed, pass the
    /// number of all its queries, so that the random stream advances as if all were computed.</param>
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
            (query, key, value) = (products.Readable(query), products.Readable(key), products.Readable(value));
            var probabilities = products.Scores(query, key);             // the scores; the loop below replaces them by probabilities
            var dropped = empty_like(probabilities);
            var bits = BernoulliMask.Draw(probabilities.numel() / query.shape[2] * settings.DrawnQueries, settings.Keep);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            using var mask = settings.Mask?.to(query.dtype).expand([.. probabilities.shape[..3], settings.Mask.shape[3]])
                .expand_as(probabilities);
            using var readable = mask?.stride()[3] == 1 ? mask.alias() : mask?.contiguous();
            if (readable is not null) rows.Mask = StridedView.Of(readable);
            NativeThreads.For(RowCount(probabilities), 1, Lanes.RoundUp(rows.Tokens), ref rows,
                probabilities.dtype == ScalarType.Float32 ? &Softmax<float> : &Softmax<ushort>);
            (save, keep) = ([query, key, value, probabilities, bits], settings with { Mask = null });
            return products.WeightedSum(dropped, value);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (query, key, value, probabilities, bits) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
            var settings = (Settings)kept!;
            var products = AttentionProducts.For(query, key, value, settings.IsCausal);
            gradient = products.Readable(gradient);
            // The gradient of the dropped probabilities; the loop below replaces it by the gradient of the scores.
            var scoresGradient = products.Scores(gradient, value);
            var dropped = empty_like(probabilities);
            var rows = Rows(query, probabilities, dropped, bits, settings);
            Debug.Assert(scoresGradient.is_contiguous() && scoresGradient.dtype == probabilities.dtype,
                "The loop reads both tensors with the same index.");
            rows.Gradient = TensorMemory.Pointer(scoresGradient);
            NativeThreads.For(RowCount(probabilities), 1, ref rows,
                probabilities.dtype == ScalarType.Float32 ? &SoftmaxBackward<float> : &SoftmaxBackward<ushort>);
            return
            [
                products.WeightedSum(scoresGradient, key), products.TransposedWeightedSum(scoresGradient, query),
                products.TransposedWeightedSum(dropped, gradient), null,
            ];
        }
    }

    private static AttentionRows Rows(Tensor query, Tensor probabilities, Tensor dropped, Tensor bits, Settings settings)
    {
        Debug.Assert(probabilities.is_contiguous() && dropped.is_contiguous() && probabilities.dtype == dropped.dtype,
            "The loops read both as one array.");
        Debug.Assert(bits.dtype == ScalarType.Byte
            && 8 * (bits.numel() - 1) >= probabilities.numel() / query.size(2) * settings.DrawnQueries,
            "One bit per probability and one more byte.");
        return new()
        {
            Probabilities = TensorMemory.Pointer(probabilities), Dropped = TensorMemory.Pointer(dropped),
            Bits = (byte*)TensorMemory.Pointer(bits), Queries = (int)probabilities.shape[2], Tokens = (int)probabilities.shape[3],
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
            var max = RowSoftmax.Load(row.Probabilities, p->MaskRow<T>(index), p->Scale, visible, buffer);
            // If every token is masked, as with padding on the left, the probabilities are 0, as in libtorch.
            if (max == float.NegativeInfinity) visible = 0;
            else row.Scale = 1 / RowSoftmax.Exponentiate(buffer, visible, max);
            row.Buffer = buffer;
            ElementLoop.Run<StoreDropped<T>, AttentionRow<T>>(row, 0, visible);
            new Span<T>(row.Probabilities + visible, p->Tokens - visible).Clear();
            new Span<T>(row.Dropped + visible, p->Tokens - visible).Clear();
        }
    }

    /// <summary>Replaces the gradient of the dropped probabilities by that of the scores, and computes the dropped probabilities
    /// again.</summary>
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
            Lanes.Store(probability * p.DropoutFactors(index), p.Dropped + index, count);
        }
    }

    private readonly struct DropAgain<T> : IReductionKernel<AttentionRow<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Run(in AttentionRow<T> p, nint index, int count, Vector256<float> accumulator)
        {
            var dropped = Lanes.Load(p.Probabilities + index, count) * p.DropoutFactors(index);
            Lanes.Store(dropped, p.Dropped + index, count);
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

        /// <summary>Eight dropout factors: 1 / keep, or 0 for dropped elements.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly Vector256<float> DropoutFactors(nint index) => Lanes.MaskOf(Bits, FirstBit + index) & Vector256.Create(KeepScale);
    }

    /// <summary>All rows of a call, [batch · heads · queries, tokens].</summary>
    private struct AttentionRows
    {
        internal void* Probabilities, Dropped, Gradient;
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
