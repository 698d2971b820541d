using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>
/// AdamW in one pass over memory: libtorch's <c>_fused_adamw_</c>, which TorchSharp does not bind, called through
/// <see cref="TorchDispatcher"/>. It moves 28 bytes per float32 parameter, a half to a third of what <see cref="ReferenceAdamW"/> moves.
/// </summary>
internal static class FusedAdamW
{
    /// <summary>Whether the loaded libtorch has the operator.</summary>
    internal static bool IsAvailable => TorchDispatcher.IsAvailable;

    /// <summary>Whether the operator supports a parameter and its gradient: both dense, contiguous and of the same type.</summary>
    internal static bool CanRun(Tensor parameter, Tensor gradient) =>
        parameter.is_contiguous() && gradient.is_contiguous() && gradient.dtype == parameter.dtype && !gradient.is_sparse;

    /// <summary>One step of several parameters on one device, in place. Unless <paramref name="gradientScale"/> is 1, the gradients are
    /// scaled in place too.</summary>
    /// <inheritdoc cref="ClippingAdamW.Step"/>
    internal static void Step(
        IReadOnlyList<AdamWTensors> tensors, float gradientScale, AdamWSettings settings, long step, double learningRate,
        double weightDecay)
    {
        if (tensors.Count == 0)
            return;
        if (gradientScale != 1)
            foreach (var (_, gradient, _, _) in tensors) gradient.mul_(gradientScale);
        // The operator expects one step tensor per parameter. It does not modify them, so all parameters share one tensor.
        using var stepNumber = tensor((float)step, device: tensors[0].Parameter.device);
        TorchDispatcher.Call("aten::_fused_adamw_",
            tensors.Select(t => t.Parameter).ToArray(), tensors.Select(t => t.Gradient).ToArray(),
            tensors.Select(t => t.Mean).ToArray(), tensors.Select(t => t.MeanSquare).ToArray(),
            Array.Empty<Tensor>(), Enumerable.Repeat(stepNumber, tensors.Count).ToArray(),   // max_exp_avg_sqs is empty: amsgrad is off
            learningRate, settings.Beta1, settings.Beta2, weightDecay, settings.Eps,
            false, false, null, null);                                                       // amsgrad, maximize, grad_scale, found_inf
    }
}
