using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>An activation of bfloat16 numbers by looking them up: there are 65,536 of them, and what a model has lies in a few thousand. Others go to the function itself.</summary>
/// <remarks>Values are the function's own, to the bit. Gradients are multiplied by its slope in float32 and rounded once, as libtorch's are where one operation makes them of the input.</remarks>
/// <param name="function">A function of each element by itself, such as GELU.</param>
internal sealed unsafe class ActivationTable(Func<Tensor, Tensor> function)
{
    private const int Numbers = 1 << 16, Grain = 4096;
    private readonly Lazy<float[]> _values = new(() => Values(function));
    private readonly Lazy<float[]> _slopes = new(() => Slopes(function));

    /// <param name="x">Float, any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal Tensor Apply(Tensor x)
    {
        if (!FastPaths.Activation || !Lanes.CanRunContiguous(x, ScalarType.BFloat16)) return function(x);
        if (!is_grad_enabled() || !x.requires_grad) return LookUp(x, _values.Value, null);
        _ = _slopes.Value;                                                                 // made now: libtorch is at work when they are needed
        return Function.apply(x, this);
    }

    /// <summary>What the table says of each number, multiplied by a gradient where there is one.</summary>
    private static Tensor LookUp(Tensor x, float[] table, Tensor? gradient)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.BFloat16 && (gradient is null || (gradient.is_contiguous() && gradient.dtype == x.dtype && gradient.numel() == x.numel())), "Contiguous bfloat16.");
        Debug.Assert(table.Length == Numbers, "One value per bfloat16.");
        var result = empty_like(x);
        fixed (float* pinned = table)
        {
            var call = new Call { X = Pointer(x), Gradient = gradient is null ? null : Pointer(gradient), Result = Pointer(result), Table = pinned };
            NativeThreads.For((int)x.numel(), Grain, ref call, gradient is null ? &LookUp : &Multiply);
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookUp(void* arguments, int from, int to)
    {
        var p = *(Call*)arguments;
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) Lanes.Store(Lanes.Gather(p.Table, p.X + i, Lanes.Count), p.Result + i);
        if (i < to) Lanes.Store(Lanes.Gather(p.Table, p.X + i, to - i), p.Result + i, to - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(void* arguments, int from, int to)
    {
        var p = *(Call*)arguments;
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) Multiply(p, i, Lanes.Count);
        if (i < to) Multiply(p, i, to - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(in Call p, int i, int count) =>
        Lanes.Store(Lanes.Load(p.Gradient + i, count) * Lanes.Gather(p.Table, p.X + i, count), p.Result + i, count);

    private static ushort* Pointer(Tensor tensor) => (ushort*)TensorMemory.Pointer(tensor);

    private static float[] Values(Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        return function(AllNumbers()).to(ScalarType.Float32).data<float>().ToArray();
    }

    private static float[] Slopes(Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var numbers = AllNumbers().to(ScalarType.Float32).requires_grad_();
        function(numbers).sum().backward();
        return numbers.grad!.data<float>().ToArray();
    }

    private static Tensor AllNumbers()
    {
        var numbers = empty(Numbers, ScalarType.BFloat16);
        var bits = MemoryMarshal.Cast<byte, ushort>(numbers.bytes);
        for (var i = 0; i < Numbers; i++) bits[i] = (ushort)i;
        return numbers;
    }

    private struct Call
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

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) => [LookUp(saved[0], ((ActivationTable)kept!)._slopes.Value, gradient.contiguous()), null];
    }
}
