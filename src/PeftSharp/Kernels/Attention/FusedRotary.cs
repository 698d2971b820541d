using System.Diagnostics;
using System.Runtime.CompilerServices;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Rotary position embeddings (Su et al. 2021, arXiv:2104.09864) in one pass over each head, forward and backward.</summary>
/// <remarks>The gradient is rotated by the opposite angle, so only the tables are kept. bfloat16 values are rounded where the separate
/// operations round them, so the results are identical.</remarks>
internal static unsafe class FusedRotary
{
    /// <summary>Whether this kernel supports the call: float32 or bfloat16 on the CPU, with contiguous heads and tables.</summary>
    /// <param name="x">Float [batch, heads, tokens, width].</param>
    /// <param name="cosine">Float [batch or 1, 1, tokens, rotated width].</param>
    internal static bool CanRun(Tensor x, Tensor cosine) =>
        FastPaths.Rotary && Lanes.IsFast && Lanes.CanRun(x) && x.dim() == 4 && x.stride()[3] == 1
        && cosine.dtype == x.dtype && cosine.device_type == x.device_type && cosine.is_contiguous();

    /// <param name="x">Float [batch, heads, tokens, width]; <see cref="CanRun"/> must be true.</param>
    /// <param name="cosine">Cosines, float [batch or 1, 1, tokens, rotated width].</param>
    /// <param name="sine">Sines, as <paramref name="cosine"/>.</param>
    /// <returns>Float [batch, heads, tokens, width], contiguous.</returns>
    internal static Tensor Apply(Tensor x, Tensor cosine, Tensor sine) =>
        is_grad_enabled() && x.requires_grad ? Function.apply(x, cosine, sine) : Rotate(x, cosine, sine, direction: 1);

    private static Tensor Rotate(Tensor x, Tensor cosine, Tensor sine, float direction)
    {
        var shape = x.shape;
        var result = empty(shape, x.dtype);
        var rotated = (int)cosine.shape[3];
        Debug.Assert(x.stride()[3] == 1 && rotated % 2 == 0 && rotated <= shape[3], "Contiguous heads, an even width.");
        Debug.Assert(cosine.is_contiguous() && sine.is_contiguous() && cosine.shape[2] == shape[2]
            && cosine.shape[0] is var rows && (rows == 1 || rows == shape[0]), "One row of the tables per token.");
        var call = new Call
        {
            X = StridedView.Of(x), Cosine = TensorMemory.Pointer(cosine), Sine = TensorMemory.Pointer(sine),
            Result = TensorMemory.Pointer(result), Heads = (int)shape[1], Tokens = (int)shape[2], Width = (int)shape[3], Rotated = rotated,
            TableStride = cosine.shape[0] == 1 ? 0 : (nint)(shape[2] * rotated), Direction = direction,
        };
        var count = (int)(shape[0] * shape[1] * shape[2]);
        NativeThreads.For(count, 16, ref call, x.dtype == ScalarType.Float32 ? &Run<float> : &Run<ushort>);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Call*)arguments;
        for (var index = from; index < to; index++)
        {
            var (matrix, token) = (index / p->Tokens, index % p->Tokens);
            var table = matrix / p->Heads * p->TableStride + (nint)token * p->Rotated;
            var head = new Head<T>
            {
                X = p->X.Row<T>(matrix, token), Result = (T*)p->Result + (long)index * p->Width, Cosine = (T*)p->Cosine + table,
                Sine = (T*)p->Sine + table, Half = p->Rotated / 2, Direction = p->Direction,
            };
            ElementLoop.Run<Turn<T>, Head<T>>(head, 0, head.Half);
            var rest = p->Width - p->Rotated;
            if (rest > 0) new ReadOnlySpan<T>(head.X + p->Rotated, rest).CopyTo(new Span<T>(head.Result + p->Rotated, rest));
        }
    }

    /// <summary>Rotates the pairs (i, i + half).</summary>
    private readonly struct Turn<T> : IElementKernel<Head<T>> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Head<T> p, nint index, int count)
        {
            var (first, second) = (Lanes.Load(p.X + index, count), Lanes.Load(p.X + p.Half + index, count));
            var (cosine, sine) = (Lanes.Load(p.Cosine + index, count), Lanes.Load(p.Sine + index, count) * p.Direction);
            Lanes.Store(Lanes.Round<T>(first * cosine) - Lanes.Round<T>(second * sine), p.Result + index, count);
            Lanes.Store(Lanes.Round<T>(second * cosine) + Lanes.Round<T>(first * sine), p.Result + p.Half + index, count);
        }
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, cosine, sine) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2]);
            (save, keep) = ([cosine.alias(), sine.alias()], null);
            return Rotate(x, cosine, sine, direction: 1);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) =>
            [Rotate(gradient.stride()[3] == 1 ? gradient : gradient.contiguous(), saved[0], saved[1], direction: -1), null, null];
    }

    private struct Call
    {
        internal StridedView X;
        internal void* Cosine, Sine, Result;
        internal nint TableStride;
        internal int Heads, Tokens, Width, Rotated;
        internal float Direction;
    }

    /// <summary>Operands of one head of one token.</summary>
    private struct Head<T> where T : unmanaged
    {
        internal T* X, Result, Cosine, Sine;
        internal nint Half;
        internal float Direction;
    }
}
