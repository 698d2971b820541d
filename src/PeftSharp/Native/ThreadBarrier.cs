using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PeftSharp.Native;

/// <summary>One thread of a team (<see cref="NativeThreads.Team"/>), and the point at which the threads wait for each other.</summary>
/// <remarks>The threads spin, because they wait for less than a microsecond; a thread that waits longer lets others run.</remarks>
internal unsafe struct ThreadBarrier
{
    private const int Spins = 1 << 12;
    private readonly int* _arrived, _round;

    internal ThreadBarrier(int thread, int threads, int* arrived, int* round)
    {
        Thread = thread;
        Threads = threads;
        _arrived = arrived;
        _round = round;
    }

    /// <summary>Zero-based number of this thread.</summary>
    internal int Thread { get; }

    /// <summary>Number of threads.</summary>
    internal int Threads { get; }

    /// <summary>This thread's part of a number of items.</summary>
    internal readonly (int From, int To) Range(int count) =>
        ((int)((long)count * Thread / Threads), (int)((long)count * (Thread + 1) / Threads));

    /// <summary>Waits until all threads have called this method. Everything that a thread wrote before its call is then visible to all
    /// threads.</summary>
    internal readonly void Wait()
    {
        if (Threads == 1) return;
        var round = Volatile.Read(ref Unsafe.AsRef<int>(_round));
        if (Interlocked.Increment(ref Unsafe.AsRef<int>(_arrived)) == Threads)
        {
            *_arrived = 0;
            Volatile.Write(ref Unsafe.AsRef<int>(_round), round + 1);
            return;
        }
        for (var spins = 1; Volatile.Read(ref Unsafe.AsRef<int>(_round)) == round; spins++)
            if (spins % Spins == 0) System.Threading.Thread.Yield();
            else if (X86Base.IsSupported) X86Base.Pause();
    }
}
