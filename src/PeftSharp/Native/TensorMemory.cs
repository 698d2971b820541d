using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Native;

/// <summary>Gets the address of a tensor's memory, also for tensors for which TorchSharp has no span: tensors with more than 2³¹ elements,
/// and non-contiguous tensors.</summary>
internal static unsafe class TensorMemory
{
    private static readonly delegate* unmanaged<IntPtr, IntPtr*, int> _dataPointer = Find();

    /// <summary>The address of the first element of a CPU tensor; valid while the tensor lives.</summary>
    internal static void* Pointer(Tensor tensor)
    {
        if (_dataPointer == null)
        {
            using var first = tensor.as_strided([1], [1], tensor.storage_offset());
            fixed (byte* pointer = first.bytes) return pointer;
        }
        IntPtr address;
        if (_dataPointer(tensor.Handle, &address) != 0)
            throw new InvalidOperationException(
                "libtorch did not return the address of a tensor; the reason is on the standard error stream.");
        return (void*)address;
    }

    /// <summary>
    /// Finds libtorch's own function for the address (2.10 and later), which needs no temporary tensor; null if there is none.
    /// </summary>
    private static delegate* unmanaged<IntPtr, IntPtr*, int> Find() =>
        NativeBackend.TorchCpu() is var library and not 0 && NativeLibrary.TryGetExport(library, "aoti_torch_get_data_ptr", out var found)
            ? (delegate* unmanaged<IntPtr, IntPtr*, int>)found
            : null;
}
