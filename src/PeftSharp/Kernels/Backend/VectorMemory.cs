using System.Runtime.InteropServices;

namespace PeftSharp.Kernels;

/// <summary>Memory of a kernel that begins at a vector's boundary. Not the system's own aligned allocation, which leaves holes that nothing fits in (see <see cref="TensorAllocator"/>).</summary>
internal static unsafe class VectorMemory
{
    private const int Boundary = 64;

    /// <summary>Room for so many numbers, with anything in it.</summary>
    internal static float* Allocate(nint count)
    {
        var given = (byte*)NativeMemory.Alloc((nuint)count * sizeof(float) + Boundary + (nuint)sizeof(void*));
        var aligned = (byte*)((nuint)(given + Boundary + sizeof(void*) - 1) & ~(nuint)(Boundary - 1));
        ((void**)aligned)[-1] = given;
        return (float*)aligned;
    }

    /// <summary>Gives it back; null is nothing.</summary>
    internal static void Free(float* memory)
    {
        if (memory != null) NativeMemory.Free(((void**)memory)[-1]);
    }
}
