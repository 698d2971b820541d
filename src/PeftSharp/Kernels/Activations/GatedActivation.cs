using System.Diagnostics;
using System.Runtime.CompilerServices;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>The product of a gated feed-forward layer, f(gate) ⊙ up, in one pass.</summary>
/// <remarks>
/// SwiGLU and GEGLU (Shazeer 2020, arXiv:2002.05202).
/// The backward pass computes f again, so only the two inputs are kept. bfloat16 values are rounded where the separate operations round
/// them.
/// </remarks>
internal sealed unsafe class GatedActivation
{
    private readonly delegate*<void*, int, int, void> _forwardSingle, _forwardHalf, _backwardSingle, _backwardHalf;

    private GatedActivation(
        delegate*<void*, int, int, void> forwardSingle, delegate*<void*, int, int, void> forwardHalf,
        delegate*<void*, int, int, void> backwardSingle, delegate*<void*, int, int, void> backwardHalf)
    {
        _forwardSingle = forwardSingle;
        _forwardHalf = forwardHalf;
        _backwardSingle = backwardSingle;
        _backwardHalf = backwardHalf;
    }

    /// <summary>The product with SiLU as the activation.</summary>
    internal static GatedActivation Silu { get; } = new(
        &Forward<float, SiluGate>, &Forward<ushort, SiluGate>, &Backward<float, SiluGate>, &Backward<ushort, SiluGate>);

    /// <summary>The product with GELU (tanh approximation) as the activation.</summary>
    internal static GatedActivation Gelu { get; } = new(
        &Forward<float, GeluGate>, &Forward<ushort, GeluGate>, &Backward<float, GeluGate>, &Backward<ushort, GeluGate>);

    /// <summary>The product with GELU as the activation.</summary>
    internal static GatedActivation ExactGelu { get; } = new(
        &Forward<float, ExactGeluGate>, &Forward<ushort, ExactGeluGate>, &Backward<float, ExactGeluGate>, &Backward<ushort, ExactGeluGate>);

    /// <summary>Whether this kernel supports the call: contiguous float32 or bfloat16 on the CPU.</summary>
    /// <param name="parts">The gate and the values, float [..., width]; or both in one tensor, float [..., 2 · width].</param>
    internal static bool CanRun(params ReadOnlySpan<Tensor> parts)
    {
        if (!FastPaths.Activation || !Lanes.IsFast) return false;
        foreach (var part in parts)
            if (!Lanes.CanRunContiguous(part, parts[0].dtype) || part.numel() != parts[0].numel()) return false;
        return true;
    }

    /// <param name="gate">Float [..., width]; <see cref="CanRun"/> must be true.</param>
    /// <param name="up">As <paramref name="gate"/>.</param>
    /// <returns>As <paramref name="gate"/>.</returns>
    internal Tensor Apply(Tensor gate, Tensor up) =>
        is_grad_enabled() && (gate.requires_grad || up.requires_grad) ? Separate.apply(gate, up, this) : Product(gate, up);

    /// <param name="both">The gate, then the values, float [..., 2 · width]; <see cref="CanRun"/> must be true.</param>
    /// <returns>Float [..., width].</returns>
    internal Tensor ApplyFused(Tensor both) =>
        is_grad_enabled() && both.requires_grad ? Fused.apply(both, this) : Product(both);

    private Tensor Product(Tensor gate, Tensor up)
    {
        var result = empty_like(gate);
        Run(gate, up, null, result, null);
        return result;
    }

    private Tensor Product(Tensor both)
    {
        var result = empty([.. both.shape[..^1], both.shape[^1] / 2], both.dtype);
        Run(both, null, null, result, null);
        return result;
    }

    /// <summary>
    /// Computes the product; if the gradient of the product is given, computes the gradients of the gate and the values instead.
    /// </summary>
    /// <param name="gate">The gate; or both if <paramref name="up"/> is null.</param>
    /// <param name="up">The values, or null.</param>
    /// <param name="gradient">Gradient of the product; null: forward.</param>
    /// <param name="first">The product; or the gradient of <paramref name="gate"/>.</param>
    /// <param name="second">The gradient of <paramref name="up"/>, or null.</param>
    private void Run(Tensor gate, Tensor? up, Tensor? gradient, Tensor first, Tensor? second)
    {
        var stride = (int)gate.shape[^1];
        var width = up is null ? stride / 2 : stride;
        Debug.Assert(gate.is_contiguous() && (up is null || (up.is_contiguous() && up.dtype == gate.dtype)), "Contiguous, one type.");
        Debug.Assert(gradient is null || (gradient.is_contiguous() && gradient.dtype == gate.dtype), "The gradient is like the product.");
        var call = new Call
        {
            Gate = TensorMemory.Pointer(gate), Up = up is null ? null : TensorMemory.Pointer(up),
            Gradient = gradient is null ? null : TensorMemory.Pointer(gradient),
            First = TensorMemory.Pointer(first), Second = second is null ? null : TensorMemory.Pointer(second),
            Width = width, Stride = stride,
        };
        var rows = (int)(gate.numel() / stride);
        var isSingle = gate.dtype == ScalarType.Float32;
        if (gradient is null) NativeThreads.For(rows, 1, ref call, isSingle ? _forwardSingle : _forwardHalf);
        else NativeThreads.For(rows, 1, ref call, isSingle ? _backwardSingle : _backwardHalf);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T, TGate>(void* arguments, int from, int to) where T : unmanaged where TGate : IGate
    {
        var p = (Call*)arguments;
        for (var row = from; row < to; row++)
        {
            var line = Line<T>.Of(p, row);
            line.Product = (T*)p->First + (long)row * p->Width;
            ElementLoop.Run<Multiply<T, TGate>, Line<T>>(line, 0, p->Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T, TGate>(void* arguments, int from, int to) where T : unmanaged where TGate : IGate
    {
        var p = (Call*)arguments;
        for (var row = from; row < to; row++)
        {
            var line = Line<T>.Of(p, row);
            line.Gradient = (T*)p->Gradient + (long)row * p->Width;
            line.GateGradient = (T*)p->First + (long)row * p->Stride;
            line.UpGradient = p->Second is null ? line.GateGradient + p->Width : (T*)p->Second + (long)row * p->Stride;
            ElementLoop.Run<Differentiate<T, TGate>, Line<T>>(line, 0, p->Width);
        }
    }

    private readonly struct Multiply<T, TGate> : IElementKernel<Line<T>> where T : unmanaged where TGate : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Line<T> p, nint index, int count) =>
            Lanes.Store(Lanes.Round<T>(TGate.Value(Lanes.Load(p.Gate + index, count))) * Lanes.Load(p.Up + index, count),
                p.Product + index, count);
    }

    private readonly struct Differentiate<T, TGate> : IElementKernel<Line<T>> where T : unmanaged where TGate : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Line<T> p, nint index, int count)
        {
            var gradient = Lanes.Load(p.Gradient + index, count);
            var value = TGate.Value(Lanes.Load(p.Gate + index, count), out var slope);
            var ofActivation = Lanes.Round<T>(gradient * Lanes.Load(p.Up + index, count));
            Lanes.Store(ofActivation * slope, p.GateGradient + index, count);
            Lanes.Store(gradient * Lanes.Round<T>(value), p.UpGradient + index, count);
        }
    }

    private sealed class Separate : GradientFunction<Separate>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (gate, up, activation) = ((Tensor)arguments[0], (Tensor)arguments[1], (GatedActivation)arguments[2]);
            (save, keep) = ([gate.alias(), up.alias()], activation);
            return activation.Product(gate, up);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var (first, second) = (empty_like(saved[0]), empty_like(saved[1]));
            ((GatedActivation)kept!).Run(saved[0], saved[1], gradient.contiguous(), first, second);
            return [first, second, null];
        }
    }

    private sealed class Fused : GradientFunction<Fused>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (both, activation) = ((Tensor)arguments[0], (GatedActivation)arguments[1]);
            (save, keep) = ([both.alias()], activation);
            return activation.Product(both);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var result = empty_like(saved[0]);
            ((GatedActivation)kept!).Run(saved[0], null, gradient.contiguous(), result, null);
            return [result, null];
        }
    }

    private struct Call
    {
        internal void* Gate, Up, Gradient, First, Second;
        internal int Width, Stride;
    }

    /// <summary>Operands of one row.</summary>
    private struct Line<T> where T : unmanaged
    {
        internal T* Gate, Up, Gradient, Product, GateGradient, UpGradient;

        internal static Line<T> Of(Call* p, int row)
        {
            var gate = (T*)p->Gate + (long)row * p->Stride;
            return new() { Gate = gate, Up = p->Up is null ? gate + p->Width : (T*)p->Up + (long)row * p->Stride };
        }
    }
}
