using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>The name, type, shape and location of a tensor in a file.</summary>
/// <param name="Name">The tensor's name, such as <c>encoder.layer.0.output.dense.weight</c>.</param>
/// <param name="Dtype">The element type.</param>
/// <param name="Shape">The size of each dimension, outermost first; empty for a scalar.</param>
/// <param name="Start">
/// The offset of the first byte of the tensor. In a safetensors file, it is relative to the end of the header; in a file of
/// <c>torch.save</c>, it is relative to the start of the file.
/// </param>
/// <param name="Length">The length of the tensor in bytes.</param>
public sealed record TensorEntry(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Start, long Length)
{
    /// <summary>The corresponding scalar type of torch. Null if TorchSharp has none: for floats of 8 bits or less, and for unsigned
    /// integers of 16 bits or more.</summary>
    public ScalarType? ScalarType => SafetensorsDtypes.ToScalarType(Dtype);
}
