using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Loops on libtorch's own threads (GNU OpenMP). Threads of another pool would fight with these for the cores: they go on spinning for a while after each operation.</summary>
internal static unsafe class NativeThreads
{
    private static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> _parallel;
    private static readonly delegate* unmanaged<int> _number, _count;

    static NativeThreads()
    {
        // A symbol of a library that libtorch needs is found through libtorch.
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(NativeThreads).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out var parallel)
            || !NativeLibrary.TryGetExport(library, "omp_get_thread_num", out var number)
            || !NativeLibrary.TryGetExport(library, "omp_get_num_threads", out var count)) return;
        _parallel = (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)parallel;
        _number = (delegate* unmanaged<int>)number;
        _count = (delegate* unmanaged<int>)count;
    }

    /// <summary>Whether libtorch's threads can be had.</summary>
    internal static bool IsAvailable => _parallel != null;

    /// <summary>Runs a loop, a stretch of it on each thread.</summary>
    /// <param name="count">Turns of the loop.</param>
    /// <param name="grain">Stretches begin at multiples of it.</param>
    /// <param name="arguments">What the body reads.</param>
    /// <param name="body">Does the turns from the first to before the last. It must not throw: there are native frames above it.</param>
    internal static void For<T>(int count, int grain, ref T arguments, delegate*<void*, int, int, void> body) where T : unmanaged
    {
        var threads = Math.Min(get_num_threads(), (count + grain - 1) / grain);
        fixed (T* pinned = &arguments)
        {
            if (threads <= 1 || !IsAvailable)
            {
                body(pinned, 0, count);
                return;
            }
            var loop = new Loop { Body = body, Arguments = pinned, Count = count, Grain = grain };
            _parallel(&Enter, &loop, (uint)threads, 0);
        }
    }

    [UnmanagedCallersOnly]
    private static void Enter(void* pointer)
    {
        var loop = (Loop*)pointer;
        var (number, threads) = (_number(), _count());
        var grains = (loop->Count + loop->Grain - 1) / loop->Grain;
        var from = (int)((long)grains * number / threads) * loop->Grain;
        var to = Math.Min(loop->Count, (int)((long)grains * (number + 1) / threads) * loop->Grain);
        if (from < to) loop->Body(loop->Arguments, from, to);
    }

    private struct Loop
    {
        internal delegate*<void*, int, int, void> Body;
        internal void* Arguments;
        internal int Count, Grain;
    }
}
