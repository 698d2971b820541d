using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Native;

/// <summary>One thread of a team (<see cref="NativeThreads.Team"/>), and the point at which the threads wait for each other.</summary>
/// <remarks>The threads spin, because they wait for less than a microsecond; a thread that waits longer lets others run.</remarks>
internal unsafe struct ThreadBarrier
{
    private const int Spins = 1 << 12;
    private readonly int* _arrived, _round, _taken;

    internal ThreadBarrier(int thread, int threads, int* arrived, int* round, int* taken)
    {
        Thread = thread;
        Threads = threads;
        _arrived = arrived;
        _round = round;
        _taken = taken;
    }

    /// <summary>Zero-based number of this thread.</summary>
    internal int Thread { get; }

    /// <summary>Number of threads.</summary>
    internal int Threads { get; }

    /// <summary>This thread's part of a number of items.</summary>
    internal readonly (int From, int To) Range(int count) =>
        ((int)((long)count * Thread / Threads), (int)((long)count * (Thread + 1) / Threads));

    /// <summary>
    /// Takes the next items that no thread has taken since the last <see cref="Wait"/>, so that a slower thread computes fewer of them.
    /// All threads must pass the same count.
    /// </summary>
    /// <param name="count">Number of items.</param>
    /// <param name="isEven">Whether the items are divided into one part per thread. Otherwise later parts are smaller, so that the threads
    /// finish at nearly the same time.</param>
    /// <param name="from">Index of the first item.</param>
    /// <param name="to">Index after the last item.</param>
    /// <returns>False if all items have been taken.</returns>
    internal readonly bool TryTake(int count, bool isEven, out int from, out int to)
    {
        ref var taken = ref Unsafe.AsRef<int>(_taken);
        while (true)
        {
            from = Volatile.Read(ref taken);
            to = from + (isEven ? (count + Threads - 1) / Threads : Math.Max(1, (int)(3L * (count - from) / (4 * Threads))));
            if (from >= count) return false;
            to = Math.Min(to, count);
            if (Interlocked.CompareExchange(ref taken, to, from) == from) return true;
        }
    }

    /// <summary>Waits until all threads have called this method. What they wrote before is then visible to each of
    /// them.</summary>
    internal readonly void Wait()
    {
        if (Threads == 1)
        {
            *_taken = 0;
            return;
        }
        var round = Volatile.Read(ref Unsafe.AsRef<int>(_round));
        if (Interlocked.Increment(ref Unsafe.AsRef<int>(_arrived)) == Threads)
        {
            *_arrived = *_taken = 0;
            Volatile.Write(ref Unsafe.AsRef<int>(_round), round + 1);
            return;
        }
        for (var spins = 1; Volatile.Read(ref Unsafe.AsRef<int>(_round)) == round; spins++)
            if (spins % Spins == 0) System.Threading.Thread.Yield();
            else if (X86Base.IsSupported) X86Base.Pause();
    }
}
