using System.Runtime.InteropServices;
using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Native;

/// <summary>Calls operators of libtorch by name through its stable C interface (2.10 and later), for operators that TorchSharp does not
/// bind.</summary>
internal static unsafe partial class TorchDispatcher
{
    /// <summary>The libtorch version whose calling conventions are used, in the format of the interface: major and minor version in the
    /// upper bytes.</summary>
    private const ulong BuildVersion = (2UL << 56) | (10UL << 48);

    private static readonly Functions? Native = Functions.TryLoad();

    /// <summary>Whether the loaded libtorch has the stable C interface.</summary>
    internal static bool IsAvailable => Native is not null;

    /// <summary>Calls an operator that returns nothing.</summary>
    /// <param name="operatorName">Name of the operator, such as <c>aten::_fused_adamw_</c>.</param>
    /// <param name="arguments">All arguments of the operator's schema in order: tensor arrays, doubles, booleans, or null for optional
    /// arguments.</param>
    /// <exception cref="PlatformNotSupportedException">The loaded libtorch is older than 2.10.</exception>
    /// <exception cref="InvalidOperationException">libtorch rejected the call; the reason is on the standard error stream.</exception>
    internal static void Call(string operatorName, params ReadOnlySpan<object?> arguments)
    {
        var native = Native ?? throw new PlatformNotSupportedException("The loaded libtorch is older than 2.10: "
            + "it has no stable C interface. Reference a newer native backend.");
        var stack = stackalloc ulong[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
            stack[i] = arguments[i] switch
            {
                null => 0,
                bool flag => flag ? 1UL : 0UL,
                double number => BitConverter.DoubleToUInt64Bits(number),
                Tensor[] list => List(native, list),
                var other => throw new ArgumentException(
                    $"An argument of type {TypeName.Of(other)} is not supported; use Tensor[], double, bool or null.", nameof(arguments)),
            };
        var name = Marshal.StringToCoTaskMemUTF8(operatorName);
        byte noOverload = 0;
        try
        {
            // The call takes ownership of the lists and of the tensor handles in them.
            Check(native.Call((byte*)name, &noOverload, stack, BuildVersion), operatorName);
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static ulong List(Functions native, Tensor[] tensors)
    {
        IntPtr list;
        Check(native.NewList((nuint)tensors.Length, &list), "torch_new_list_reserve_size");
        foreach (var tensor in tensors)
        {
            IntPtr handle;
            Check(native.NewHandle(tensor.Handle, &handle), "aoti_torch_new_tensor_handle");
            Check(native.PushBack(list, (ulong)handle), "torch_list_push_back");
        }
        GC.KeepAlive(tensors);                                    // only their handles are used above
        return (ulong)list;
    }

    private static void Check(int error, string call)
    {
        if (error != 0)
            throw new InvalidOperationException($"libtorch rejected {call}; the reason is on the standard error stream.");
    }

    private sealed class Functions
    {
        internal required delegate* unmanaged<byte*, byte*, ulong*, ulong, int> Call { get; init; }
        internal required delegate* unmanaged<nuint, IntPtr*, int> NewList { get; init; }
        internal required delegate* unmanaged<IntPtr, ulong, int> PushBack { get; init; }
        internal required delegate* unmanaged<IntPtr, IntPtr*, int> NewHandle { get; init; }

        internal static Functions? TryLoad()
        {
            var library = NativeBackend.TorchCpu();
            if (library == 0 || !NativeLibrary.TryGetExport(library, "torch_call_dispatcher", out var call)
                || !NativeLibrary.TryGetExport(library, "torch_new_list_reserve_size", out var newList)
                || !NativeLibrary.TryGetExport(library, "torch_list_push_back", out var pushBack)
                || !NativeLibrary.TryGetExport(library, "aoti_torch_new_tensor_handle", out var newHandle))
                return null;
            return new()
            {
                Call = (delegate* unmanaged<byte*, byte*, ulong*, ulong, int>)call,
                NewList = (delegate* unmanaged<nuint, IntPtr*, int>)newList,
                PushBack = (delegate* unmanaged<IntPtr, ulong, int>)pushBack,
                NewHandle = (delegate* unmanaged<IntPtr, IntPtr*, int>)newHandle,
            };
        }
    }
}
