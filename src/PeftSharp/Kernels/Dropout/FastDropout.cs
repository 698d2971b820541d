using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>Dropout with the same results as libtorch's, from a mask that is drawn faster and kept for the backward pass as one bit per
/// element (<see cref="BernoulliMask"/>).</summary>
internal static class FastDropout
{
    private const int Grain = 4096;

    /// <param name="x">Float, any shape.</param>
    /// <param name="probability">Probability with which an element is set to 0; 0 to 1.</param>
    /// <returns>As <paramref name="x"/>; kept elements are scaled by 1 / (1 - probability).</returns>
    internal static Tensor Apply(Tensor x, double probability)
    {
        if (probability is <= 0 or >= 1 || !BernoulliMask.CanRun(x)) return functional.dropout(x, probability, training: true);
        return Masked(x, new Drawing(1, 1, 1 - probability));
    }

    /// <summary>Dropout of the first token of each row, with the same mask as if all tokens of the row were computed.</summary>
    /// <param name="x">Float [batch, 1, width]; <see cref="BernoulliMask.CanRun"/> must be true for it.</param>
    /// <param name="tokens">Number of tokens of a row for which the mask is drawn.</param>
    /// <param name="probability">Probability with which an element is set to 0; above 0, below 1.</param>
    internal static Tensor ApplyToFirst(Tensor x, long tokens, double probability) =>
        Masked(x, new Drawing(x.shape[0], tokens, 1 - probability));

    private static Tensor Masked(Tensor x, Drawing drawing)
    {
        if (is_grad_enabled() && x.requires_grad) return Function.apply(x, drawing);
        using var scope = NewDisposeScope();
        return Multiply(WithoutGaps(x), drawing.Bits(x), drawing).MoveToOuterDisposeScope();
    }

    /// <summary>The tensor in the memory order of <c>empty_like</c>, without gaps: the order in which the mask is drawn.</summary>
    private static Tensor WithoutGaps(Tensor x) => x.is_contiguous() ? x : empty_like(x).copy_(x);

    /// <summary>Applies a mask.</summary>
    /// <param name="x">Float, without gaps between its elements.</param>
    /// <param name="bits">From <see cref="Drawing.Bits"/>.</param>
    /// <param name="drawing">The layout and probability of the mask.</param>
    private static unsafe Tensor Multiply(Tensor x, Tensor bits, Drawing drawing)
    {
        var y = empty_like(x);
        Debug.Assert(y.is_contiguous() == x.is_contiguous() && 8 * (bits.numel() - 1) >= x.numel() * drawing.GroupsDrawn,
            "The tensors have the same order, and the mask has one bit per element and one additional byte.");
        // Elements per iteration: a whole group, or a part of the group if there is only one group.
        var length = drawing.Groups == 1 ? Grain : x.numel() / drawing.Groups;
        var call = new Call
        {
            X = TensorMemory.Pointer(x), Y = TensorMemory.Pointer(y), Bits = (byte*)TensorMemory.Pointer(bits),
            KeepScale = BernoulliMask.Reciprocal(drawing.Keep, x.dtype), Total = x.numel(), Length = length,
            DrawnLength = drawing.Groups == 1 ? length : length * drawing.GroupsDrawn,
        };
        NativeThreads.For(
            (int)((call.Total + length - 1) / length), 1, ref call, x.dtype == ScalarType.Float32 ? &Multiply<float> : &Multiply<ushort>);
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Multiply<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Call*)arguments;
        for (var i = from; i < to; i++)
        {
            var first = i * p->Length;
            var chunk = new Chunk<T>
            {
                X = (T*)p->X + first, Y = (T*)p->Y + first, Bits = p->Bits, FirstBit = i * p->DrawnLength, KeepScale = p->KeepScale,
            };
            ElementLoop.Run<DropKernel<T>, Chunk<T>>(chunk, 0, (nint)Math.Min(p->Length, p->Total - first));
        }
    }

    private readonly unsafe struct DropKernel<T> : IElementKernel<Chunk<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Chunk<T> p, nint index, int count) =>
            Lanes.Store(Lanes.Load(p.X + index, count) * (Lanes.MaskOf(p.Bits, p.FirstBit + index) & Vector256.Create(p.KeepScale)),
                p.Y + index, count);
    }

    /// <summary>The layout of a mask: the tensor has <paramref name="Groups"/> groups of elements. For each group, the mask of
    /// <paramref name="GroupsDrawn"/> groups is drawn, and the first of them is used.</summary>
    private sealed record Drawing(long Groups, long GroupsDrawn, double Keep)
    {
        internal Tensor Bits(Tensor x) => BernoulliMask.Draw(x.numel() * GroupsDrawn, Keep);
    }

    private unsafe struct Call
    {
        internal void* X, Y;
        internal byte* Bits;
        internal float KeepScale;
        internal long Total, Length, DrawnLength;
    }

    private unsafe struct Chunk<T> where T : unmanaged
    {
        internal T* X, Y;
        internal byte* Bits;
        internal long FirstBit;
        internal float KeepScale;
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, drawing) = (WithoutGaps((Tensor)arguments[0]), (Drawing)arguments[1]);
            var bits = drawing.Bits(x);
            (save, keep) = ([bits], (drawing, x.stride()));
            return Multiply(x, bits, drawing);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (drawing, strides) = ((Drawing, long[]))kept!;
            var dense = gradient.stride().SequenceEqual(strides)
                ? gradient
                : empty_strided(gradient.shape, strides, gradient.dtype).copy_(gradient);
            return [Multiply(dense, saved[0], drawing), null];
        }
    }
}
