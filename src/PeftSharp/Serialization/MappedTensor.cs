using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Tensors over a mapped file's pages: no copy is made, and the pages stay as long as any tensor or view over them.</summary>
/// <remarks>
/// TorchSharp's public factories copy what they are given; its native one takes an address and a function that it calls when the storage goes.
/// Each tensor counts the mapping up when it is made, and that function counts it down, from whichever thread frees the last view.
/// </remarks>
internal static unsafe class MappedTensor
{
    private static readonly ConcurrentDictionary<nint, Holder> Holders = new();
    private static readonly Lazy<nint> Factory = new(FindFactory);

    /// <summary>A CPU tensor over the bytes from <paramref name="offset"/> on; the caller has checked that they lie in the file and are aligned.</summary>
    internal static Tensor Over(MappedFile file, long offset, long[] shape, ScalarType dtype)
    {
        var create = (delegate* unmanaged<nint, delegate* unmanaged<nint, void>, long*, int, sbyte, sbyte, int, int, byte, nint>)Factory.Value;
        var address = (nint)file.AddressOf(offset);
        Hold(address, file.View);
        nint handle;
        fixed (long* sizes = shape)
            handle = create(address, &Release, sizes, shape.Length, (sbyte)dtype, (sbyte)dtype, (int)TorchSharp.DeviceType.CPU, 0, 0);
        if (handle != 0)
            return Tensor.UnsafeCreateTensor(handle);
        Drop(address);
        CheckForErrors();
        throw new InvalidOperationException($"torch made no tensor over '{file.Path}' and gave no reason.");
    }

    [UnmanagedCallersOnly]
    private static void Release(nint address) => Drop(address);

    private static void Hold(nint address, SafeHandle view)
    {
        var added = false;
        view.DangerousAddRef(ref added);
        Holders.AddOrUpdate(address, _ => new Holder(view, 1), (_, holder) => holder with { Count = holder.Count + 1 });
    }

    private static void Drop(nint address)
    {
        // An address belongs to one mapping as long as anyone counts on it, so the address alone finds it.
        while (Holders.TryGetValue(address, out var holder))
        {
            var dropped = holder.Count == 1
                ? Holders.TryRemove(KeyValuePair.Create(address, holder))
                : Holders.TryUpdate(address, holder with { Count = holder.Count - 1 }, holder);
            if (!dropped)
                continue;
            holder.View.DangerousRelease();
            return;
        }
    }

    private static nint FindFactory()
    {
        RuntimeHelpers.RunClassConstructor(typeof(TorchSharp.torch).TypeHandle);   // loads the native library
        return NativeLibrary.GetExport(NativeLibrary.Load("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null), "THSTensor_new");
    }

    private readonly record struct Holder(SafeHandle View, int Count);
}
