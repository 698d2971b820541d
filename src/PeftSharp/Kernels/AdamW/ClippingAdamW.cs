using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>AdamW that scales the gradients while it reads them, so gradient clipping needs no additional pass. Float32 on the CPU. The
/// reference implementation is <see cref="ReferenceAdamW"/>.</summary>
internal static unsafe class ClippingAdamW
{
    private const int Grain = 4096;

    /// <summary>Whether this kernel supports a parameter.</summary>
    internal static bool CanRun(in AdamWTensors tensors) =>
        FastPaths.AdamW && CanRun(tensors.Parameter) && CanRun(tensors.Gradient) && CanRun(tensors.Mean) && CanRun(tensors.MeanSquare);

    /// <summary>One step, in place; the gradient is not changed.</summary>
    /// <param name="tensors">The parameter, its gradient and its state.</param>
    /// <param name="gradientScale">Factor of the gradient: the clipping coefficient.</param>
    /// <param name="settings">Betas and epsilon.</param>
    /// <param name="step">Number of this step, starting at 1.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="weightDecay">Decoupled weight decay coefficient.</param>
    internal static void Step(
        in AdamWTensors tensors, float gradientScale, AdamWSettings settings, long step, double learningRate, double weightDecay)
    {
        Debug.Assert(IsContiguousFloat(tensors.Parameter) && IsContiguousFloat(tensors.Gradient) && IsContiguousFloat(tensors.Mean)
            && IsContiguousFloat(tensors.MeanSquare), "Contiguous float32.");
        Debug.Assert(tensors.Gradient.numel() == tensors.Parameter.numel() && tensors.Mean.numel() == tensors.Parameter.numel()
            && tensors.MeanSquare.numel() == tensors.Parameter.numel(), "All tensors have the same size.");
        var operands = new Operands
        {
            Parameter = Pointer(tensors.Parameter), Gradient = Pointer(tensors.Gradient), Mean = Pointer(tensors.Mean),
            MeanSquare = Pointer(tensors.MeanSquare), GradientScale = gradientScale, DecayFactor = (float)(1 - learningRate * weightDecay),
            OneMinusBeta1 = (float)(1 - settings.Beta1), Beta2 = (float)settings.Beta2, OneMinusBeta2 = (float)(1 - settings.Beta2),
            Eps = (float)settings.Eps, StepSize = (float)(learningRate / (1 - Math.Pow(settings.Beta1, step))),
            BiasCorrection2Sqrt = (float)Math.Sqrt(1 - Math.Pow(settings.Beta2, step)),
        };
        ElementLoop.RunParallel<StepKernel, Operands>((int)tensors.Parameter.numel(), Grain, operands);
    }

    private static bool CanRun(Tensor x) => Lanes.CanRunContiguous(x, ScalarType.Float32);

    private static bool IsContiguousFloat(Tensor x) => x.is_contiguous() && x.dtype == ScalarType.Float32;

    private static float* Pointer(Tensor tensor) => (float*)TensorMemory.Pointer(tensor);

    private readonly struct StepKernel : IElementKernel<Operands>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run(in Operands p, nint index, int count)
        {
            var gradient = Lanes.Load(p.Gradient + index, count) * p.GradientScale;
            var mean = Lanes.Load(p.Mean + index, count);
            // Like torch.lerp, interpolates from the nearer end, which reduces the rounding error.
            mean = p.OneMinusBeta1 < 0.5f
                ? Vector256.FusedMultiplyAdd(gradient - mean, Vector256.Create(p.OneMinusBeta1), mean)
                : Vector256.FusedMultiplyAdd(mean - gradient, Vector256.Create(1 - p.OneMinusBeta1), gradient);
            var square = Vector256.FusedMultiplyAdd(
                gradient * gradient, Vector256.Create(p.OneMinusBeta2), Lanes.Load(p.MeanSquare + index, count) * p.Beta2);
            var denominator = Vector256.Sqrt(square) / p.BiasCorrection2Sqrt + Vector256.Create(p.Eps);
            Lanes.Store(mean, p.Mean + index, count);
            Lanes.Store(square, p.MeanSquare + index, count);
            Lanes.Store(
                Lanes.Load(p.Parameter + index, count) * p.DecayFactor - mean / denominator * p.StepSize, p.Parameter + index, count);
        }
    }

    private struct Operands
    {
        internal float* Parameter, Gradient, Mean, MeanSquare;
        internal float GradientScale, DecayFactor, OneMinusBeta1, Beta2, OneMinusBeta2, Eps, StepSize, BiasCorrection2Sqrt;
    }
}
