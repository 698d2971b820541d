using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>
/// AdamW in one pass over the memory: libtorch's <c>_fused_adamw_</c>, which TorchSharp does not bind, by way of <see cref="TorchDispatcher"/>.
/// Moves 28 bytes a parameter in float32, where <see cref="ReferenceAdamW"/> moves two to three times that.
/// </summary>
internal static class FusedAdamW
{
    /// <summary>Whether the loaded libtorch can do it.</summary>
    internal static bool IsAvailable => TorchDispatcher.IsAvailable;

    /// <summary>Whether the kernel takes these two: it reads memory in the order it lies, in one number type.</summary>
    internal static bool CanRun(Tensor parameter, Tensor gradient) =>
        parameter.is_contiguous() && gradient.is_contiguous() && gradient.dtype == parameter.dtype && !gradient.is_sparse;

    /// <summary>One step of many parameters of one device, in place, their gradients too where they are to be scaled.</summary>
    /// <inheritdoc cref="ClippingAdamW.Step"/>
    internal static void Step(IReadOnlyList<AdamWTensors> tensors, float gradientScale, AdamWSettings settings, long step, double learningRate, double weightDecay)
    {
        if (tensors.Count == 0)
            return;
        if (gradientScale != 1)
            foreach (var (_, gradient, _, _) in tensors) gradient.mul_(gradientScale);
        using var stepNumber = tensor((float)step, device: tensors[0].Parameter.device);     // the kernel wants one a parameter; it only reads it
        TorchDispatcher.Call("aten::_fused_adamw_",
            tensors.Select(t => t.Parameter).ToArray(), tensors.Select(t => t.Gradient).ToArray(),
            tensors.Select(t => t.Mean).ToArray(), tensors.Select(t => t.MeanSquare).ToArray(),
            Array.Empty<Tensor>(), Enumerable.Repeat(stepNumber, tensors.Count).ToArray(),   // no maximum of the mean squares: amsgrad is off
            learningRate, settings.Beta1, settings.Beta2, weightDecay, settings.Eps,
            false, false, null, null);                                                       // amsgrad, maximize, grad_scale, found_inf
    }
}
