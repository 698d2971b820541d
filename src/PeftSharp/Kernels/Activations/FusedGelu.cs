using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>GELU by tanh (Hendrycks and Gimpel 2016, arXiv:1606.08415), ½x·(1 + tanh(u)) with u = √(2/π)·(x + 0.044715·x³), of float32 numbers, forward and backward with one exponential.</summary>
/// <remarks>½(1 + tanh(u)) is σ(2u). The exact one, by erf, is as fast in libtorch as memory is; for bfloat16 there is <see cref="ActivationTable"/>.</remarks>
internal static class FusedGelu
{
    private const int Grain = 4096;
    private const float Cubic = 0.044715f, TwoU = 1.5957691216f;                           // 2·√(2/π)

    /// <param name="x">Float, any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal static Tensor Apply(Tensor x)
    {
        if (!FastPaths.Activation || !Lanes.CanRunContiguous(x, ScalarType.Float32)) return functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
        return is_grad_enabled() && x.requires_grad ? Function.apply(x) : Compute(x, null);
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var x = (Tensor)arguments[0];
            (save, keep) = ([x.alias()], null);
            return Compute(x, null);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) => [Compute(saved[0], gradient.contiguous())];
    }

    /// <summary>The values, or the gradient of <paramref name="x"/> where that of the result is given.</summary>
    private static unsafe Tensor Compute(Tensor x, Tensor? gradient)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.Float32 && (gradient is null || (gradient.is_contiguous() && gradient.dtype == x.dtype && gradient.numel() == x.numel())), "Contiguous float32.");
        var result = empty_like(x);
        var all = new Numbers { X = Pointer(x), Result = Pointer(result), Gradient = gradient is null ? null : Pointer(gradient) };
        NativeThreads.For((int)x.numel(), Grain, ref all, gradient is null ? &Forward : &Backward);
        return result;
    }

    private static unsafe float* Pointer(Tensor tensor) => (float*)TensorMemory.Pointer(tensor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Forward(void* arguments, int from, int to)
    {
        var p = *(Numbers*)arguments;
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) Forward(p, i, Lanes.Count);
        if (i < to) Forward(p, i, to - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Forward(in Numbers p, int i, int count)
    {
        var number = Lanes.Load(p.X + i, count);
        Lanes.Store(number * Share(number, out _), p.Result + i, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Backward(void* arguments, int from, int to)
    {
        var p = *(Numbers*)arguments;
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) Backward(p, i, Lanes.Count);
        if (i < to) Backward(p, i, to - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Backward(in Numbers p, int i, int count)
    {
        // Beyond 20 the slope is 0 or 1, and cubes must not overflow. In this order what is no number stays so.
        var number = Vector256.MinNative(Vector256.Create(20f), Vector256.MaxNative(Vector256.Create(-20f), Lanes.Load(p.X + i, count)));
        var share = Share(number, out var power);                                          // 1 less it is power·share
        var rise = Vector256.FusedMultiplyAdd(number * number, Vector256.Create(3 * Cubic * TwoU), Vector256.Create(TwoU));         // of 2u
        var slope = Vector256.FusedMultiplyAdd(number * share * (power * share), rise, share);
        Lanes.Store(Lanes.Load(p.Gradient + i, count) * slope, p.Result + i, count);
    }

    /// <summary>σ(2u), and e to the -2u on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Share(Vector256<float> x, out Vector256<float> power)
    {
        power = Lanes.Exp(x * -Vector256.FusedMultiplyAdd(x * x, Vector256.Create(Cubic * TwoU), Vector256.Create(TwoU)));
        return Vector256<float>.One / (Vector256<float>.One + power);
    }

    private unsafe struct Numbers
    {
        internal float* X, Gradient, Result;
    }
}
