using System.Runtime.CompilerServices;

namespace PeftSharp.Kernels;

/// <summary>Memory that a kernel uses for the length of a call, kept for the next one: each thread that calls kernels has its own.</summary>
internal static unsafe class Scratch
{
    private const int Line = 64;
    [ThreadStatic] private static byte[]? _memory;

    /// <summary>Room for so many numbers, at the beginning of a line of memory, with anything in it. It is the same room each time.</summary>
    internal static float* Floats(long count)
    {
        var needed = checked((int)(count * sizeof(float)) + Line);
        if (_memory is null || _memory.Length < needed) _memory = GC.AllocateUninitializedArray<byte>(needed, pinned: true);
        return (float*)((nuint)((byte*)Unsafe.AsPointer(ref _memory[0]) + Line - 1) / Line * Line);
    }
}
