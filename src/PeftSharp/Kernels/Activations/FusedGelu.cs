using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>GELU with the tanh approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415), ½x·(1 + tanh(u)) with u = √(2/π)·(x +
/// 0.044715·x³), in float32; one exponential per element, forward and backward.</summary>
/// <remarks>½(1 + tanh(u)) = σ(2u). libtorch's exact GELU (erf) already runs at memory bandwidth; bfloat16 uses
/// <see cref="ActivationTable"/>.</remarks>
internal static class FusedGelu
{
    private const int Grain = 4096;
    private const float Cubic = 0.044715f;
    private const float TwoU = 1.5957691216f;                                              // 2·√(2/π)

    /// <param name="x">Float, any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    internal static Tensor Apply(Tensor x)
    {
        if (!FastPaths.Activation || !Lanes.CanRunContiguous(x, ScalarType.Float32))
            return functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
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

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) =>
            [Compute(saved[0], gradient.contiguous())];
    }

    /// <summary>
    /// Returns GELU of <paramref name="x"/>; if <paramref name="gradient"/> (the gradient of the result) is given, returns the gradient of
    /// <paramref name="x"/> instead.
    /// </summary>
    private static unsafe Tensor Compute(Tensor x, Tensor? gradient)
    {
        Debug.Assert(x.is_contiguous() && x.dtype == ScalarType.Float32
            && (gradient is null || (gradient.is_contiguous() && gradient.dtype == x.dtype && gradient.numel() == x.numel())),
            "Contiguous float32.");
        var result = empty_like(x);
        var operands = new Operands
        {
            X = (float*)TensorMemory.Pointer(x), Result = (float*)TensorMemory.Pointer(result),
            Gradient = gradient is null ? null : (float*)TensorMemory.Pointer(gradient),
        };
        if (gradient is null) ElementLoop.RunParallel<ForwardKernel, Operands>((int)x.numel(), Grain, operands);
        else ElementLoop.RunParallel<BackwardKernel, Operands>((int)x.numel(), Grain, operands);
        return result;
    }

    private readonly unsafe struct ForwardKernel : IElementKernel<Operands>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Operands p, nint index, int count)
        {
            var x = Lanes.Load(p.X + index, count);
            Lanes.Store(x * Sigmoid(x, out _), p.Result + index, count);
        }
    }

    private readonly unsafe struct BackwardKernel : IElementKernel<Operands>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Operands p, nint index, int count)
        {
            var slope = Slope(Lanes.Load(p.X + index, count));
            Lanes.Store(Lanes.Load(p.Gradient + index, count) * slope, p.Result + index, count);
        }
    }

    /// <summary>The slope of GELU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Slope(Vector256<float> x)
    {
        // Beyond ±20 the slope is 0 or 1; clamping prevents an overflow of x³. The order of operands matters: MinNative and MaxNative
        // return the second operand for NaN.
        x = Vector256.MinNative(Vector256.Create(20f), Vector256.MaxNative(Vector256.Create(-20f), x));
        var sigmoid = Sigmoid(x, out var exp);
        var twoUSlope = Vector256.FusedMultiplyAdd(x * x, Vector256.Create(3 * Cubic * TwoU), Vector256.Create(TwoU));
        return Vector256.FusedMultiplyAdd(x * sigmoid * (exp * sigmoid), twoUSlope, sigmoid);                      // 1 - σ = exp·σ
    }

    /// <summary>σ(2u), and exp(-2u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Sigmoid(Vector256<float> x, out Vector256<float> exp)
    {
        exp = Lanes.Exp(x * -Vector256.FusedMultiplyAdd(x * x, Vector256.Create(Cubic * TwoU), Vector256.Create(TwoU)));
        return Vector256<float>.One / (Vector256<float>.One + exp);
    }

    private unsafe struct Operands
    {
        internal float* X, Gradient, Result;
    }
}
