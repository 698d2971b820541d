using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>A tensor that an optimizer keeps for each parameter.</summary>
/// <param name="Name">Its name, as in PyTorch's state.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Type">Its number type.</param>
/// <param name="Start">What it is filled with before the first step; default 0.</param>
public sealed record StateSlot(string Name, IReadOnlyList<long> Shape, ScalarType Type, double Start = 0)
{
    /// <summary>A slot shaped and typed as the parameter it belongs to.</summary>
    public static StateSlot Like(string name, Tensor parameter, double start = 0)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return new(name, parameter.shape, parameter.dtype, start);
    }
}
