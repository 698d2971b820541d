using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>What a file's header says of one tensor; its values are read only when asked for.</summary>
/// <param name="Name">The tensor's name, such as <c>encoder.layer.0.output.dense.weight</c>.</param>
/// <param name="Dtype">The type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a scalar.</param>
/// <param name="Start">The first of its bytes, counted from the end of the header.</param>
/// <param name="Length">The number of its bytes.</param>
public sealed record TensorEntry(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Start, long Length)
{
    /// <summary>The same element type in torch; null where TorchSharp lacks it (8-bit and smaller floats, wide unsigned integers).</summary>
    public ScalarType? ScalarType => SafetensorsDtypes.ToScalarType(Dtype);
}
