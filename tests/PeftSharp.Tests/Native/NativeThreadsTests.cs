using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Native;

/// <summary>
/// A loop on libtorch's threads covers every iteration once; its exceptions reach the caller; each thread has working memory of its own.
/// </summary>
public sealed unsafe class NativeThreadsTests
{
    [Theory, InlineData(1, 1), InlineData(2, 1), InlineData(1000, 7), InlineData(4096, 64)]
    public void Every_iteration_runs_once(int count, int grain)
    {
        var counts = new int[count];
        fixed (int* pinned = counts)
        {
            var arguments = new Arguments { Values = pinned };
            NativeThreads.For(count, grain, ref arguments, &Count);
        }
        counts.Should().OnlyContain(value => value == 1);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(8)]
    public void An_exception_of_a_body_is_thrown_on_the_calling_thread(int threads)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            var arguments = new Arguments();
            for (var round = 0; round < 3; round++)
                FluentActions.Invoking(() => NativeThreads.For(64, 1, ref arguments, &Throw))
                    .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Be("iteration");
            Every_iteration_runs_once(64, 1);
        }
        finally { set_num_threads(before); }
    }

    [Theory, InlineData(1), InlineData(17), InlineData(5000)]
    public void Each_thread_has_aligned_working_memory_of_its_own(int size)
    {
        var before = get_num_threads();
        set_num_threads(4);
        try
        {
            const int count = 400;
            var sums = new int[count];
            fixed (int* pinned = sums)
            {
                var arguments = new Arguments { Values = pinned, Size = size };
                NativeThreads.For(count, 1, size, ref arguments, &FillAndSum);
            }
            sums.Should().Equal(Enumerable.Range(0, count).Select(i => i * size));
        }
        finally { set_num_threads(before); }
    }

    private static void Count(void* arguments, int from, int to)
    {
        for (var i = from; i < to; i++) ((Arguments*)arguments)->Values[i]++;
    }

    private static void Throw(void* arguments, int from, int to) => throw new InvalidOperationException("iteration");

    private static void FillAndSum(void* arguments, int from, int to, float* scratch)
    {
        var p = (Arguments*)arguments;
        if ((nint)scratch % 64 != 0) throw new InvalidOperationException("Not aligned.");
        for (var i = from; i < to; i++)
        {
            new Span<float>(scratch, p->Size).Fill(i);
            var sum = 0f;
            for (var k = 0; k < p->Size; k++) sum += scratch[k];
            p->Values[i] = (int)sum;
        }
    }

    private struct Arguments
    {
        internal int* Values;
        internal int Size;
    }
}
