using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>
/// Computes an activation of bfloat16 tensors with a lookup table of all 65,536 values; the few thousand entries that a model uses stay in
/// the CPU cache. Other tensors are passed to the function.
/// </summary>
/// <remarks>The results are bit-identical to those of the function. The gradient of the result is multiplied by the function's derivative
/// in float32 and rounded once, as in libtorch's backward kernels.</remarks>
/// <param name="function">An elementwise function, such as GELU.</param>
internal sealed unsafe class ActivationTable(Func<Tensor, Tensor> function)
{
    private const int TableSize = 1 << 16, Grain = 4096;
    private readonly Lazy<float[]> _values = new(() => Values(function));
    private readonly Lazy<float[]> _slopes = new(() => Slopes(function));

    /// <param name="x">Float, any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal Tensor Apply(Tensor x)
    {
        if (!FastPaths.Activation || !Lanes.CanRunContiguous(x, ScalarType.BFloat16)) return function(x);
        if (!is_grad_enabled() || !x.requires_grad) return LookUp(x, _values.Value, null);
        _ = _slopes.Value;                       // created before the call, because the backward pass runs inside libtorch
        return Function.apply(x, this);
    }

    /// <summary>Looks up each element in the table, and multiplies the result by <paramref name="gradient"/> if it is given.</summary>
    private static Tensor LookUp(Tensor x, float[] table, Tensor? gradient)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.BFloat16
            && (gradient is null || (gradient.is_contiguous() && gradient.dtype == x.dtype && gradient.numel() == x.numel())),
            "Contiguous bfloat16.");
        Debug.Assert(table.Length == TableSize, "One value per bfloat16.");
        var result = empty_like(x);
        fixed (float* pinned = table)
        {
            var operands = new Operands
            {
                X = (ushort*)TensorMemory.Pointer(x), Gradient = gradient is null ? null : (ushort*)TensorMemory.Pointer(gradient),
                Result = (ushort*)TensorMemory.Pointer(result), Table = pinned,
            };
            if (gradient is null) ElementLoop.RunParallel<LookUpKernel, Operands>((int)x.numel(), Grain, operands);
            else ElementLoop.RunParallel<MultiplyKernel, Operands>((int)x.numel(), Grain, operands);
        }
        return result;
    }

    private readonly struct LookUpKernel : IElementKernel<Operands>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Operands p, nint index, int count) =>
            Lanes.Store(Lanes.Gather(p.Table, p.X + index, count), p.Result + index, count);
    }

    private readonly struct MultiplyKernel : IElementKernel<Operands>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Operands p, nint index, int count) =>
            Lanes.Store(Lanes.Load(p.Gradient + index, count) * Lanes.Gather(p.Table, p.X + index, count), p.Result + index, count);
    }

    private static float[] Values(Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return function(AllValues()).to(ScalarType.Float32).data<float>().ToArray();
    }

    private static float[] Slopes(Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var values = AllValues().to(ScalarType.Float32).requires_grad_();
        function(values).sum().backward();
        return values.grad!.data<float>().ToArray();
    }

    private static Tensor AllValues()
    {
        var values = empty(TableSize, ScalarType.BFloat16);
        var bits = MemoryMarshal.Cast<byte, ushort>(values.bytes);
        for (var i = 0; i < TableSize; i++) bits[i] = (ushort)i;
        return values;
    }

    private struct Operands
    {
        internal ushort* X, Gradient, Result;
        internal float* Table;
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, table) = ((Tensor)arguments[0], (ActivationTable)arguments[1]);
            (save, keep) = ([x.alias()], table);
            return LookUp(x, table._values.Value, null);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) =>
            [LookUp(saved[0], ((ActivationTable)kept!)._slopes.Value, gradient.contiguous()), null];
    }
}
