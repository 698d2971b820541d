using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>AdamW as separate tensor operations in PyTorch's order: the reference for <see cref="ClippingAdamW"/> and
/// <see cref="FusedAdamW"/>, and the fallback where neither is available.</summary>
internal static class ReferenceAdamW
{
    /// <summary>One step, in place. Call it with gradients disabled and within a dispose scope.</summary>
    /// <param name="tensors">The parameter, its gradient and its state.</param>
    /// <param name="settings">Betas and epsilon.</param>
    /// <param name="step">Number of this step, starting at 1.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="weightDecay">Decoupled weight decay coefficient.</param>
    internal static void Step(AdamWTensors tensors, AdamWSettings settings, long step, double learningRate, double weightDecay)
    {
        var (parameter, gradient, mean, meanSquare) = tensors;
        if (weightDecay != 0)
            parameter.mul_(1 - learningRate * weightDecay);
        mean.lerp_(gradient, tensor(1 - settings.Beta1, mean.dtype, mean.device));
        meanSquare.mul_(settings.Beta2).addcmul_(gradient, gradient, 1 - settings.Beta2);
        var stepSize = learningRate / (1 - Math.Pow(settings.Beta1, step));
        var correction = Math.Sqrt(1 - Math.Pow(settings.Beta2, step));
        var denominator = meanSquare.sqrt().div_(correction).add_(settings.Eps);
        parameter.addcdiv_(mean, denominator, -stepSize);
    }
}
