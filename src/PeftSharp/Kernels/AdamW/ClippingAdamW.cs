using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>AdamW that scales its gradients while it reads them, so that clipping costs no pass of its own; float32 on the processor. Its plain twin is <see cref="ReferenceAdamW"/>.</summary>
internal static unsafe class ClippingAdamW
{
    private const int Stretch = 4096;

    /// <summary>Whether it takes this one.</summary>
    internal static bool CanRun(in AdamWTensors tensors) =>
        FastPaths.AdamW && CanRun(tensors.Parameter) && CanRun(tensors.Gradient) && CanRun(tensors.Mean) && CanRun(tensors.MeanSquare);

    /// <summary>One step, in place; the gradient is left as it is.</summary>
    /// <param name="tensors">The parameter and what belongs to it.</param>
    /// <param name="gradientScale">What the gradient is multiplied by before it is used.</param>
    /// <param name="settings">Decays and epsilon.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="weightDecay">How strongly the weights are drawn to 0.</param>
    internal static void Step(in AdamWTensors tensors, float gradientScale, AdamWSettings settings, long step, double learningRate, double weightDecay)
    {
        Debug.Assert(IsArray(tensors.Parameter) && IsArray(tensors.Gradient) && IsArray(tensors.Mean) && IsArray(tensors.MeanSquare), "Contiguous float32.");
        Debug.Assert(tensors.Gradient.numel() == tensors.Parameter.numel() && tensors.Mean.numel() == tensors.Parameter.numel() && tensors.MeanSquare.numel() == tensors.Parameter.numel(), "One size.");
        var call = new Call
        {
            Parameter = Pointer(tensors.Parameter), Gradient = Pointer(tensors.Gradient), Mean = Pointer(tensors.Mean), MeanSquare = Pointer(tensors.MeanSquare),
            Count = tensors.Parameter.numel(), GradientScale = gradientScale, Kept = (float)(1 - learningRate * weightDecay), MeanShare = (float)(1 - settings.Beta1),
            SquareKept = (float)settings.Beta2, SquareShare = (float)(1 - settings.Beta2), Eps = (float)settings.Eps,
            StepSize = (float)(learningRate / (1 - Math.Pow(settings.Beta1, step))), Correction = (float)Math.Sqrt(1 - Math.Pow(settings.Beta2, step)),
        };
        NativeThreads.For((int)((call.Count + Stretch - 1) / Stretch), 1, ref call, &Move);
    }

    private static bool CanRun(Tensor x) => Lanes.CanRunContiguous(x, ScalarType.Float32);

    private static bool IsArray(Tensor x) => x.is_contiguous() && x.dtype == ScalarType.Float32;

    private static float* Pointer(Tensor tensor) => (float*)TensorMemory.Pointer(tensor);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move(void* arguments, int from, int to)
    {
        var p = *(Call*)arguments;
        var end = Math.Min(p.Count, (long)to * Stretch);
        var i = (long)from * Stretch;
        for (; i + Lanes.Count <= end; i += Lanes.Count) Move(p, i, Lanes.Count);
        if (i < end) Move(p, i, (int)(end - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(in Call p, long i, int count)
    {
        var gradient = Lanes.Load(p.Gradient + i, count) * p.GradientScale;
        var mean = Lanes.Load(p.Mean + i, count);
        mean = p.MeanShare < 0.5f                                                            // from the nearer end, as torch's lerp: nothing of the other is lost
            ? Vector256.FusedMultiplyAdd(gradient - mean, Vector256.Create(p.MeanShare), mean)
            : Vector256.FusedMultiplyAdd(mean - gradient, Vector256.Create(1 - p.MeanShare), gradient);
        var square = Vector256.FusedMultiplyAdd(gradient * gradient, Vector256.Create(p.SquareShare), Lanes.Load(p.MeanSquare + i, count) * p.SquareKept);
        var denominator = Vector256.Sqrt(square) / p.Correction + Vector256.Create(p.Eps);
        Lanes.Store(mean, p.Mean + i, count);
        Lanes.Store(square, p.MeanSquare + i, count);
        Lanes.Store(Lanes.Load(p.Parameter + i, count) * p.Kept - mean / denominator * p.StepSize, p.Parameter + i, count);
    }

    private struct Call
    {
        internal float* Parameter, Gradient, Mean, MeanSquare;
        internal long Count;
        internal float GradientScale, Kept, MeanShare, SquareKept, SquareShare, Eps, StepSize, Correction;
    }
}
