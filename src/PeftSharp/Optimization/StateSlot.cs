using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>Describes a tensor in the optimizer state of a parameter.</summary>
/// <param name="Name">The name, as in the optimizer state of PyTorch.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Type">The dtype.</param>
/// <param name="InitialValue">The initial value of all elements. Default 0.</param>
public sealed record StateSlot(string Name, IReadOnlyList<long> Shape, ScalarType Type, double InitialValue = 0)
{
    /// <summary>Creates a slot with the shape and dtype of a parameter.</summary>
    /// <param name="name">The name, as in the optimizer state of PyTorch.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="initialValue">The initial value of all elements. Default 0.</param>
    public static StateSlot Like(string name, Tensor parameter, double initialValue = 0)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return new(name, parameter.shape, parameter.dtype, initialValue);
    }
}
