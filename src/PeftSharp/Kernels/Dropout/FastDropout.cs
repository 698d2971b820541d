using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>Dropout: the same numbers as libtorch's, from a mask that is drawn faster and kept for the backward pass in a bit an element (<see cref="BernoulliMask"/>).</summary>
internal static class FastDropout
{
    private const int Grain = 4096;

    /// <param name="x">Float, any shape.</param>
    /// <param name="probability">Of an element to become 0; 0 to 1.</param>
    /// <returns>As <paramref name="x"/>, what is kept scaled by 1/(1 - probability).</returns>
    internal static Tensor Apply(Tensor x, double probability)
    {
        if (probability is <= 0 or >= 1 || !BernoulliMask.CanRun(x)) return functional.dropout(x, probability, training: true);
        return Masked(x, new Drawn(1, 1, 1 - probability));
    }

    /// <summary>Dropout of each row's first token out of several, with the numbers that it has among them.</summary>
    /// <param name="x">Float [batch, 1, width]; <see cref="BernoulliMask"/> takes it.</param>
    /// <param name="tokens">How many tokens are drawn for.</param>
    /// <param name="probability">Of an element to become 0; above 0, below 1.</param>
    internal static Tensor ApplyToFirst(Tensor x, long tokens, double probability) => Masked(x, new Drawn(x.shape[0], tokens, 1 - probability));

    private static Tensor Masked(Tensor x, Drawn drawn)
    {
        if (is_grad_enabled() && x.requires_grad) return Function.apply(x, drawn);
        using var scope = NewDisposeScope();
        return Multiply(InOrder(x), drawn.Bits(x), drawn).MoveToOuterDisposeScope();
    }

    /// <summary>The tensor with its elements side by side in memory, in the order that a new one like it has: the order of draws.</summary>
    private static Tensor InOrder(Tensor x) => x.is_contiguous() ? x : empty_like(x).copy_(x);

    /// <param name="x">Elements side by side.</param>
    /// <param name="bits">From <see cref="Drawn.Bits"/>.</param>
    /// <param name="drawn">What is kept.</param>
    private static unsafe Tensor Multiply(Tensor x, Tensor bits, Drawn drawn)
    {
        var y = empty_like(x);
        Debug.Assert(y.is_contiguous() == x.is_contiguous() && 8 * (bits.numel() - 1) >= x.numel() * drawn.Of, "Both in the same order, one bit per element and one more byte.");
        // All of it in stretches, or each group in one.
        var length = drawn.Groups == 1 ? Grain : x.numel() / drawn.Groups;
        var product = new Product
        {
            X = (void*)TensorMemory.Pointer(x), Y = (void*)TensorMemory.Pointer(y), Bits = (byte*)TensorMemory.Pointer(bits), Kept = BernoulliMask.Reciprocal(drawn.Keep, x.dtype),
            Total = x.numel(), Length = length, DrawnLength = drawn.Groups == 1 ? length : length * drawn.Of,
        };
        NativeThreads.For((int)((product.Total + length - 1) / length), 1, ref product, x.dtype == ScalarType.Float32 ? &Multiply<float> : &Multiply<ushort>);
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Multiply<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Product*)arguments;
        for (var stretch = from; stretch < to; stretch++)
        {
            var first = stretch * p->Length;
            var length = (int)Math.Min(p->Length, p->Total - first);
            var bit = stretch * p->DrawnLength;
            var x = (T*)p->X + first;
            var y = (T*)p->Y + first;
            var i = 0;
            for (; i + Lanes.Count <= length; i += Lanes.Count) Multiply(x, y, i, p->Kept, p->Bits, bit, Lanes.Count);
            if (i < length) Multiply(x, y, i, p->Kept, p->Bits, bit, length - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Multiply<T>(T* x, T* y, int i, float kept, byte* bits, long bit, int count) where T : unmanaged =>
        Lanes.Store(Lanes.Load(x + i, count) * (Lanes.MaskOf(bits, bit + i) & Vector256.Create(kept)), y + i, count);

    /// <summary>What a mask is drawn for: groups of elements, each the first of several that are drawn.</summary>
    private sealed record Drawn(long Groups, long Of, double Keep)
    {
        internal Tensor Bits(Tensor x) => BernoulliMask.Draw(x.numel() * Of, Keep);
    }

    private unsafe struct Product
    {
        internal void* X, Y;
        internal byte* Bits;
        internal float Kept;
        internal long Total, Length, DrawnLength;
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, drawn) = (InOrder((Tensor)arguments[0]), (Drawn)arguments[1]);
            var bits = drawn.Bits(x);
            (save, keep) = ([bits], (drawn, x.stride()));
            return Multiply(x, bits, drawn);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (drawn, strides) = ((Drawn, long[]))kept!;
            var ordered = gradient.stride().SequenceEqual(strides) ? gradient : empty_strided(gradient.shape, strides, gradient.dtype).copy_(gradient);
            return [Multiply(ordered, saved[0], drawn), null];
        }
    }
}
