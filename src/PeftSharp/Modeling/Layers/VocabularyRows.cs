using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>A parameter with a row for each token, resized for another vocabulary.</summary>
internal static class VocabularyRows
{
    private const double CovarianceScale = 1e-9;

    /// <summary>The first rows as they are; new rows are drawn from a normal distribution with the mean of the old rows and their covariance times 1e-9, as transformers draws them (<c>mean_resizing</c>).</summary>
    /// <param name="parameter">Float [tokens, …].</param>
    /// <param name="rows">The new number of rows.</param>
    internal static Parameter Resized(Parameter parameter, long rows)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
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
        var noise = randn([count, rows.shape[0]], device: old.device).matmul(rows - mean) * Math.Sqrt(CovarianceScale / rows.shape[0]);     // of covariance (rows - mean)ᵀ(rows - mean) / n
        return (mean + noise).to(old.dtype).reshape(shape);
    }
}
