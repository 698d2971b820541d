using System.Runtime.CompilerServices;

namespace PeftSharp.Kernels;

/// <summary>Memory that a kernel uses for the length of a call, kept for the next: fresh memory each time would cost the system's clearing of it. Each thread has its own.</summary>
internal static unsafe class Scratch
{
    private const int Line = 64;
    [ThreadStatic] private static byte[]? _ofCall, _ofThread;

    /// <summary>Room for so many numbers from the beginning of a line of memory, with anything in it, for a kernel's call as a whole: all its threads may use it until the call ends.</summary>
    internal static float* OfCall(nint count) => Room(ref _ofCall, count);

    /// <summary>The same for what a thread does in a call by itself.</summary>
    internal static float* OfThread(nint count) => Room(ref _ofThread, count);

    private static float* Room(ref byte[]? memory, nint count)
    {
        var needed = checked((int)(count * sizeof(float)) + Line);
        if (memory is null || memory.Length < needed) memory = GC.AllocateUninitializedArray<byte>(needed, pinned: true);
        return (float*)((nuint)((byte*)Unsafe.AsPointer(ref memory[0]) + Line - 1) / Line * Line);
    }
}
