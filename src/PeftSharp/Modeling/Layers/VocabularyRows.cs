using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>Resizes parameters that have one row per token of the vocabulary.</summary>
/// <remarks>Thread safety: all members can be called from several threads at once.</remarks>
public static class VocabularyRows
{
    private const double CovarianceScale = 1e-9;

    /// <summary>
    /// Resizes a parameter. A smaller size removes the last rows; the other rows keep their values. New rows are drawn from a normal
    /// distribution with the mean of the existing rows and their covariance times 1e-9, as in transformers (<c>mean_resizing</c>).
    /// </summary>
    /// <param name="parameter">Float [tokens, …].</param>
    /// <param name="rows">The new number of rows; at least 1.</param>
    /// <returns>
    /// A new parameter, which the module must register again, before it disposes the previous one:
    /// <c>ConditionallyRegisterParameter("bias", _bias = VocabularyRows.Resize(previous, vocabSize))</c>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is less than 1.</exception>
    public static Parameter Resize(Parameter parameter, long rows)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var old = parameter.shape[0];
        var values = rows <= old ? parameter.narrow(0, 0, rows).clone() : cat([parameter, New(parameter, rows - old)], 0);
        var resized = new Parameter(values, parameter.requires_grad);
        resized.DetachFromDisposeScope();
        return resized;
    }

    private static Tensor New(Tensor old, long count)
    {
        var (rows, shape) = (old.to(ScalarType.Float32).reshape(old.shape[0], -1), (long[])[count, .. old.shape[1..]]);
        var mean = rows.mean([0], keepdim: true);
        // Covariance (rows - mean)ᵀ(rows - mean) / n.
        var noise = randn([count, rows.shape[0]], device: old.device).matmul(rows - mean) * Math.Sqrt(CovarianceScale / rows.shape[0]);
        return (mean + noise).to(old.dtype).reshape(shape);
    }
}
