using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Keeps a step from being thrown far by one bad batch.</summary>
public static class GradientClipping
{
    private const float Eps = 1e-6f;

    /// <summary>Scales all gradients down together, in place, so that their common norm is at most <paramref name="maxNorm"/>; torch's <c>clip_grad_norm_</c>.</summary>
    /// <param name="parameters">Parameters; those without a gradient are passed over.</param>
    /// <param name="maxNorm">The largest norm; infinity: only measure.</param>
    /// <returns>The norm before, in float32. NaN or infinite where a gradient is; the gradients are then NaN or 0 as in torch.</returns>
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

    /// <summary>What gradients of this norm are to be multiplied by; NaN where it is: torch does not hide it, so we do not.</summary>
    internal static float Scale(double norm, double maxNorm)
    {
        var scale = (float)maxNorm / ((float)norm + Eps);
        return scale >= 1 ? 1 : scale;
    }
}
