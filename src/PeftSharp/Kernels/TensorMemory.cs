using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Where a tensor's numbers lie, also of one that is larger than a span can be.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The first number of a tensor on the processor; valid while the tensor lives.</summary>
    internal static IntPtr Pointer(Tensor tensor)
    {
        using var first = tensor.numel() * tensor.ElementSize < int.MaxValue ? tensor.alias() : tensor.narrow(0, 0, 1);
        fixed (byte* pointer = first.bytes) return (IntPtr)pointer;
    }
}
