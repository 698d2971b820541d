using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415), exact or by tanh, forward and backward in a pass with one exponential.</summary>
/// <remarks>The exact one takes erf by Abramowitz and Stegun's 7.1.26, as libtorch's vectors do; the other is x·σ(2u), which tanh(u) is written as.</remarks>
internal static class FusedGelu
{
    private const int Grain = 4096;

    /// <param name="x">Float, any shape.</param>
    /// <param name="byTanh">Whether Φ(x) is approximated: ½(1 + tanh(√(2/π)·(x + 0.044715·x³))).</param>
    /// <returns>x·Φ(x), as <paramref name="x"/>.</returns>
    internal static Tensor Apply(Tensor x, bool byTanh)
    {
        if (!FastPaths.Gelu || !Lanes.Takes(x) || !Lanes.IsFast || !x.is_contiguous())
            return functional.gelu(x, byTanh ? TorchSharp.Modules.GELU.Approximate.tanh : TorchSharp.Modules.GELU.Approximate.none);
        return is_grad_enabled() && x.requires_grad ? Function.apply(x, byTanh) : Forward(x, byTanh);
    }

    private sealed class Function : GradientFunction<Function>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            var (x, byTanh) = ((Tensor)arguments[0], (bool)arguments[1]);
            (save, keep) = ([x.alias()], byTanh);
            return FusedGelu.Forward(x, byTanh);
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            var ordered = gradient.is_contiguous() ? gradient : gradient.contiguous();
            return [FusedGelu.Backward(saved[0], ordered, (bool)kept!), null];
        }
    }

    private static unsafe Tensor Forward(Tensor x, bool byTanh)
    {
        var y = empty_like(x);
        var all = new Numbers { X = (void*)TensorMemory.Pointer(x), Y = (void*)TensorMemory.Pointer(y), ByTanh = byTanh };
        NativeThreads.For((int)x.numel(), Grain, ref all, x.dtype == ScalarType.Float32 ? &Forward<float> : &Forward<ushort>);
        return y;
    }

    private static unsafe Tensor Backward(Tensor x, Tensor gradient, bool byTanh)
    {
        var y = empty_like(x);
        var all = new Numbers { X = (void*)TensorMemory.Pointer(x), Y = (void*)TensorMemory.Pointer(y), Gradient = (void*)TensorMemory.Pointer(gradient), ByTanh = byTanh };
        NativeThreads.For((int)x.numel(), Grain, ref all, x.dtype == ScalarType.Float32 ? &Backward<float> : &Backward<ushort>);
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Forward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Numbers*)arguments;
        var (x, y) = ((nint)p->X, (nint)p->Y);
        for (var i = from; i < to; i += Lanes.Count)
        {
            var count = Math.Min(Lanes.Count, to - i);
            var number = Lanes.Load((T*)x + i, count);
            Lanes.Store(number * (p->ByTanh ? Sigmoid(number, out _) : Normal(number, out _)), (T*)y + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Backward<T>(void* arguments, int from, int to) where T : unmanaged
    {
        var p = (Numbers*)arguments;
        var (x, y, gradient) = ((nint)p->X, (nint)p->Y, (nint)p->Gradient);
        for (var i = from; i < to; i += Lanes.Count)
        {
            var count = Math.Min(Lanes.Count, to - i);
            var number = Lanes.Load((T*)x + i, count);
            Vector256<float> slope;
            if (p->ByTanh)
            {
                var share = Sigmoid(number, out var power);                                                                                     // 1 less it is power·share
                var rise = Vector256.FusedMultiplyAdd(number * number, Vector256.Create(3 * Cubic * TwoU), Vector256.Create(TwoU));         // of 2u
                slope = Vector256.FusedMultiplyAdd(number * share * (power * share), rise, share);
            }
            else
            {
                var share = Normal(number, out var power);
                slope = Vector256.FusedMultiplyAdd(number * power, Vector256.Create(0.3989422804f), share);                                  // 1/√(2π)
            }
            Lanes.Store(Lanes.Load((T*)gradient + i, count) * slope, (T*)y + i, count);
        }
    }

    private const float Cubic = 0.044715f, TwoU = 1.5957691216f;                           // 2·√(2/π)

    /// <summary>σ(2u), and e to the -2u on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sigmoid(Vector256<float> x, out Vector256<float> power)
    {
        var twoU = x * Vector256.FusedMultiplyAdd(x * x, Vector256.Create(Cubic * TwoU), Vector256.Create(TwoU));
        power = Lanes.Exp(-twoU);
        return Vector256<float>.One / (Vector256<float>.One + power);
    }

    /// <summary>Φ(x), the share of the normal distribution below x, and e to the -x²/2 on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Normal(Vector256<float> x, out Vector256<float> power)
    {
        var z = Vector256.Abs(x) * 0.70710678f;
        power = Lanes.Exp(-(z * z));
        var t = Vector256<float>.One / Vector256.FusedMultiplyAdd(z, Vector256.Create(0.3275911f), Vector256<float>.One);
        var series = Vector256.Create(1.061405429f);
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(-1.453152027f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(1.421413741f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(-0.284496736f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(0.254829592f));
        var tail = series * t * power * 0.5f;                                                // what lies beyond |x|
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
    }

    private unsafe struct Numbers
    {
        internal void* X, Y, Gradient;
        internal bool ByTanh;
    }
}
