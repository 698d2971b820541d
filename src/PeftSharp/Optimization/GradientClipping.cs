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
    /// <returns>The norm before, computed in float32 as the norm of the gradients' norms. NaN or infinite where a gradient is; the gradients are then NaN or 0 as in torch.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is negative or NaN.</exception>
    public static double ClipGradNorm(IEnumerable<Parameter> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptimizerGuard.NotNegative(maxNorm, nameof(maxNorm));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0)
            return 0;
        var device = gradients[0].device;
        var norms = Array.ConvertAll(gradients, gradient => gradient.norm().to(ScalarType.Float32, device));
        var total = stack(norms).norm().item<float>();
        var scale = (float)maxNorm / (total + Eps);
        if (!(scale >= 1))                                    // NaN scales too: torch does not hide it, so we do not
            foreach (var gradient in gradients)
                gradient.mul_(scale);
        return total;
    }
}
