using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PeftSharp.Native;

/// <summary>Runs parallel loops on libtorch's own thread pool (GNU OpenMP). A second pool would compete with libtorch's pool for the cores,
/// because the threads of libtorch's pool spin for a while after each operation.</summary>
internal static unsafe class NativeThreads
{
    private static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> _parallel;
    private static readonly delegate* unmanaged<int> _number, _count;

    static NativeThreads()
    {
        // libtorch_cpu depends on libgomp, so a lookup in its handle also finds libgomp's symbols.
        var library = NativeBackend.TorchCpu();
        if (library == 0 || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out var parallel)
            || !NativeLibrary.TryGetExport(library, "omp_get_thread_num", out var number)
            || !NativeLibrary.TryGetExport(library, "omp_get_num_threads", out var count)) return;
        _parallel = (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)parallel;
        _number = (delegate* unmanaged<int>)number;
        _count = (delegate* unmanaged<int>)count;
    }

    /// <summary>Whether libtorch's thread pool can be used. Without it a loop runs on the calling thread.</summary>
    internal static bool IsAvailable => _parallel != null;

    /// <summary>Runs a loop in parallel, one contiguous range of iterations per thread.</summary>
    /// <param name="count">Number of iterations.</param>
    /// <param name="grain">Ranges start at multiples of this number.</param>
    /// <param name="arguments">Read by the body.</param>
    /// <param name="body">Runs the iterations from the first index up to, not including, the second. The body must not allocate on the
    /// managed heap: memory that it needs is allocated before the loop.</param>
    /// <remarks>An exception of a body is rethrown on the calling thread after all threads have finished. If several threads throw,
    /// the first exception is rethrown.</remarks>
    internal static void For<T>(int count, int grain, ref T arguments, delegate*<void*, int, int, void> body) where T : unmanaged =>
        Run(count, grain, scratch: 0, ref arguments, new Loop { Body = body });

    /// <summary>Runs a loop in parallel as the other overload does, with working memory for each thread.</summary>
    /// <param name="count">Number of iterations.</param>
    /// <param name="grain">Ranges start at multiples of this number.</param>
    /// <param name="scratch">Size of the working memory per thread, in float32 values. The memory is 64-byte aligned, uninitialized and
    /// valid until the loop ends.</param>
    /// <param name="arguments">Read by the body.</param>
    /// <param name="body">Runs the iterations from the first index up to, not including, the second; its last argument is the working
    /// memory of its thread.</param>
    internal static void For<T>(int count, int grain, nint scratch, ref T arguments, delegate*<void*, int, int, float*, void> body)
        where T : unmanaged =>
        Run(count, grain, scratch, ref arguments, new Loop { BodyWithScratch = body });

    /// <summary>Runs a function once on each thread; the threads wait for each other where it calls
    /// <see cref="ThreadBarrier.Wait"/>.</summary>
    /// <param name="scratch">
    /// Size of the working memory per thread, in float32 values. The memory is 64-byte aligned and uninitialized.
    /// </param>
    /// <param name="arguments">Read by the body.</param>
    /// <param name="body">Runs the share of one thread. The body must not throw, because the other threads would wait for it forever, and
    /// must not allocate on the managed heap.</param>
    internal static void Team<T>(nint scratch, ref T arguments, delegate*<void*, ThreadBarrier*, float*, void> body) where T : unmanaged
    {
        const int line = 32;                                                       // both counters have a cache line of their own
        var counters = stackalloc int[3 * line];
        new Span<int>(counters, 3 * line).Clear();
        var threads = IsAvailable ? Math.Max(1, get_num_threads()) : 1;
        var stride = Scratch.WholeLines(scratch);
        fixed (T* pinned = &arguments)
        {
            var team = new TeamCall
            {
                Body = body, Arguments = pinned, Scratch = Scratch.OfThreads(threads * stride), ScratchStride = stride,
                Arrived = counters + line, Round = counters + 2 * line,
            };
            if (threads == 1) team.Run(0, 1);
            else _parallel(&EnterTeam, &team, (uint)threads, 0);
        }
    }

    [UnmanagedCallersOnly]
    private static void EnterTeam(void* pointer) => ((TeamCall*)pointer)->Run(_number(), _count());

    private static void Run<T>(int count, int grain, nint scratch, ref T arguments, Loop loop) where T : unmanaged
    {
        var threads = IsAvailable ? Math.Max(1, Math.Min(get_num_threads(), (int)(((long)count + grain - 1) / grain))) : 1;
        (loop.Count, loop.Grain, loop.ScratchStride) = (count, grain, Scratch.WholeLines(scratch));
        if (scratch > 0) loop.Scratch = Scratch.OfThreads(threads * loop.ScratchStride);
        fixed (T* pinned = &arguments)
        {
            loop.Arguments = pinned;
            if (threads == 1)
            {
                loop.Run(0, count, loop.Scratch);
                return;
            }
            _parallel(&Enter, &loop, (uint)threads, 0);
        }
        if (loop.Failure != 0) Rethrow(loop.Failure);
    }

    /// <summary>Runs the iterations of one thread. Native code calls it, so no exception may leave it: that would end the
    /// process.</summary>
    [UnmanagedCallersOnly]
    private static void Enter(void* pointer)
    {
        var loop = (Loop*)pointer;
        try
        {
            var (number, threads) = (_number(), _count());
            var grains = ((long)loop->Count + loop->Grain - 1) / loop->Grain;
            var from = (int)(grains * number / threads * loop->Grain);
            var to = (int)Math.Min(loop->Count, grains * (number + 1) / threads * loop->Grain);
            if (from < to) loop->Run(from, to, loop->Scratch + number * loop->ScratchStride);
        }
        catch (Exception error)
        {
            var handle = GCHandle.Alloc(ExceptionDispatchInfo.Capture(error));
            if (Interlocked.CompareExchange(ref loop->Failure, GCHandle.ToIntPtr(handle), 0) != 0) handle.Free();
        }
    }

    private static void Rethrow(nint failure)
    {
        var handle = GCHandle.FromIntPtr(failure);
        var error = (ExceptionDispatchInfo)handle.Target!;
        handle.Free();
        error.Throw();
    }

    private struct TeamCall
    {
        internal delegate*<void*, ThreadBarrier*, float*, void> Body;
        internal void* Arguments;
        internal float* Scratch;
        internal nint ScratchStride;
        internal int* Arrived, Round;

        internal readonly void Run(int thread, int threads)
        {
            var barrier = new ThreadBarrier(thread, threads, Arrived, Round);
            Body(Arguments, &barrier, Scratch + thread * ScratchStride);
        }
    }

    private struct Loop
    {
        internal delegate*<void*, int, int, void> Body;
        internal delegate*<void*, int, int, float*, void> BodyWithScratch;
        internal void* Arguments;
        internal float* Scratch;
        internal nint ScratchStride, Failure;
        internal int Count, Grain;

        internal readonly void Run(int from, int to, float* scratch)
        {
            if (BodyWithScratch != null) BodyWithScratch(Arguments, from, to, scratch);
            else Body(Arguments, from, to);
        }
    }
}
