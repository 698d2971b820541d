using System.Runtime.CompilerServices;

namespace PeftSharp.Native;

/// <summary>Working memory of a kernel call, reused by the next call on the same thread, because the system would have to clear new
/// memory each time.</summary>
internal static unsafe class Scratch
{
    private const int LineBytes = 64, LineFloats = LineBytes / sizeof(float);
    [ThreadStatic] private static byte[]? _ofCall, _ofThreads;

    /// <summary>
    /// Uninitialized float32 values, 64-byte aligned, shared by all threads of one kernel call and valid until the call ends.
    /// </summary>
    internal static float* OfCall(nint count) => Allocate(ref _ofCall, count);

    /// <summary>Uninitialized float32 values, 64-byte aligned. <see cref="NativeThreads"/> divides them between the threads of a
    /// loop.</summary>
    internal static float* OfThreads(nint count) => Allocate(ref _ofThreads, count);

    /// <summary>The count rounded up to whole cache lines, so that two threads never write to the same line.</summary>
    internal static nint WholeLines(nint count) => checked(count + LineFloats - 1) / LineFloats * LineFloats;

    private static float* Allocate(ref byte[]? memory, nint count)
    {
        var needed = checked((int)(count * sizeof(float)) + LineBytes);
        if (memory is null || memory.Length < needed) memory = GC.AllocateUninitializedArray<byte>(needed, pinned: true);
        return (float*)((nuint)((byte*)Unsafe.AsPointer(ref memory[0]) + LineBytes - 1) / LineBytes * LineBytes);
    }
}
