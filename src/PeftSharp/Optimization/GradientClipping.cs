using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Gradient clipping.</summary>
public static class GradientClipping
{
    private const float Eps = 1e-6f;

    /// <summary>
    /// Scales all gradients in place by a common factor, so that their global L2 norm is at most <paramref name="maxNorm"/>. Corresponds to
    /// <c>clip_grad_norm_</c> in torch.
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient are ignored.</param>
    /// <param name="maxNorm">The maximum norm. Infinity: the norm is computed, but finite gradients are not changed.</param>
    /// <returns>
    /// The norm before clipping, in float32. If a gradient is NaN or infinite, the norm is too, and the scaled gradients are NaN or 0, as
    /// in torch.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is negative or NaN.</exception>
    public static double ClipGradNorm(IEnumerable<Parameter> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptimizerGuard.NotNegative(maxNorm, nameof(maxNorm));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var norm = Norm(gradients);
        var scale = Scale(norm, maxNorm);
        if (scale != 1)
            foreach (var gradient in gradients)
                gradient.mul_(scale);
        return norm;
    }

    private static float Norm(Tensor[] gradients)
    {
        if (gradients.Length == 0) return 0;
        if (gradients.All(SquaredNorm.CanRun)) return (float)Math.Sqrt(gradients.Sum(SquaredNorm.Of));
        var device = gradients[0].device;
        return stack(gradients.Select(gradient => gradient.norm().to(ScalarType.Float32, device))).norm().item<float>();
    }

    /// <summary>Returns the factor by which to multiply gradients with this norm. Propagates NaN, as in torch.</summary>
    internal static float Scale(double norm, double maxNorm)
    {
        var scale = (float)maxNorm / ((float)norm + Eps);
        return scale >= 1 ? 1 : scale;
    }
}
