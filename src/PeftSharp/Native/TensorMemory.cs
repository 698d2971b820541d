using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Native;

/// <summary>Where a tensor's numbers lie, also of one that no span can be had of: too large, or not contiguous.</summary>
internal static unsafe class TensorMemory
{
    private static readonly delegate* unmanaged<IntPtr, IntPtr*, int> _dataPointer = Find();

    /// <summary>The first number of a tensor on the processor; valid while the tensor lives.</summary>
    internal static IntPtr Pointer(Tensor tensor)
    {
        if (_dataPointer == null)
        {
            using var first = tensor.as_strided([1], [1], tensor.storage_offset());
            fixed (byte* pointer = first.bytes) return (IntPtr)pointer;
        }
        IntPtr place;
        if (_dataPointer(tensor.Handle, &place) != 0) throw new InvalidOperationException("libtorch does not say where a tensor lies; the standard error stream has its reason.");
        return place;
    }

    /// <summary>libtorch's own answer (2.10 and later), which needs no other tensor.</summary>
    private static delegate* unmanaged<IntPtr, IntPtr*, int> Find() =>
        NativeBackend.TorchCpu() is var library and not 0 && NativeLibrary.TryGetExport(library, "aoti_torch_get_data_ptr", out var found)
            ? (delegate* unmanaged<IntPtr, IntPtr*, int>)found
            : null;
}
