using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;

namespace PeftSharp.Kernels;

/// <summary>The loop over elements that all kernels share: whole vectors with a constant count, then the remaining elements.</summary>
/// <remarks>The constant lets the JIT reduce <see cref="Lanes.Load{T}(T*, int)"/> and the like to a single instruction. Kernels are type
/// arguments, so each loop is compiled with its kernel inlined.</remarks>
internal static unsafe class ElementLoop
{
    /// <summary>Runs the kernel over a contiguous range of elements on all threads.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="grain">The range of each thread starts at a multiple of this number.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    internal static void RunParallel<TKernel, TArguments>(int count, int grain, TArguments arguments)
        where TKernel : IElementKernel<TArguments>
        where TArguments : unmanaged =>
        NativeThreads.For(count, grain, ref arguments, &RunRange<TKernel, TArguments>);

    /// <summary>Runs the kernel over the elements from <paramref name="from"/> to <paramref name="to"/> (exclusive) on the calling
    /// thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TKernel, TArguments>(in TArguments arguments, nint from, nint to)
        where TKernel : IElementKernel<TArguments>
        where TArguments : unmanaged
    {
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) TKernel.Run(arguments, i, Lanes.Count);
        if (i < to) TKernel.Run(arguments, i, (int)(to - i));
    }

    /// <summary>Returns the accumulator after the elements from <paramref name="from"/> to <paramref name="to"/> (exclusive).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Reduce<TKernel, TArguments>(in TArguments arguments, nint from, nint to, Vector256<float> accumulator)
        where TKernel : IReductionKernel<TArguments> where TArguments : unmanaged
    {
        var i = from;
        for (; i + Lanes.Count <= to; i += Lanes.Count) accumulator = TKernel.Run(arguments, i, Lanes.Count, accumulator);
        return i < to ? TKernel.Run(arguments, i, (int)(to - i), accumulator) : accumulator;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRange<TKernel, TArguments>(void* arguments, int from, int to)
        where TKernel : IElementKernel<TArguments>
        where TArguments : unmanaged
    {
        var copy = *(TArguments*)arguments;                            // a local, so that stores of the loop cannot change it
        Run<TKernel, TArguments>(copy, from, to);
    }
}
