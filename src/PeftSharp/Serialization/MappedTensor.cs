using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Creates tensors whose memory is a mapped file. Nothing is copied, and the mapping exists as long as any tensor or view uses
/// it.</summary>
/// <remarks>
/// TorchSharp's public factory methods copy the data. TorchSharp's native function accepts an address, and a callback that is called when
/// the storage is freed. Each tensor adds a reference to the mapping when it is created; the callback releases this reference, on the
/// thread that frees the last view.
/// </remarks>
internal static unsafe class MappedTensor
{
    private static readonly ConcurrentDictionary<nint, Holder> Holders = new();
    private static readonly Lazy<nint> Factory = new(FindFactory);

    /// <summary>
    /// Creates a CPU tensor whose memory starts at byte <paramref name="offset"/> of the file. The caller has checked that the bytes of the
    /// tensor are inside the file and aligned.
    /// </summary>
    internal static Tensor Over(MappedFile file, long offset, long[] shape, ScalarType dtype)
    {
        var create = (delegate* unmanaged<
            nint, delegate* unmanaged<nint, void>, long*, int, sbyte, sbyte, int, int, byte, nint>)Factory.Value;
        var address = (nint)file.AddressOf(offset);
        Hold(address, file.View);
        nint handle;
        fixed (long* sizes = shape)
            handle = create(address, &Release, sizes, shape.Length, (sbyte)dtype, (sbyte)dtype, (int)TorchSharp.DeviceType.CPU, 0, 0);
        if (handle != 0)
            return Tensor.UnsafeCreateTensor(handle);
        Drop(address);
        CheckForErrors();
        throw new InvalidOperationException($"libtorch did not create a tensor for the mapped file '{file.Path}' and did not report an "
            + "error.");
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
        // An address belongs to a single mapping while the mapping is referenced, so it can be the key.
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
