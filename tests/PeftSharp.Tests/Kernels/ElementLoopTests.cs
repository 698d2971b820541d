using System.Runtime.Intrinsics;
using PeftSharp.Kernels;

namespace PeftSharp.Tests.Kernels;

/// <summary>The shared loop processes every element once, whole vectors first and then the remainder.</summary>
public sealed unsafe class ElementLoopTests
{
    [Theory, InlineData(0, 1), InlineData(3, 8), InlineData(0, 16), InlineData(5, 30), InlineData(2, 2), InlineData(0, 5000)]
    public void Every_element_is_processed_once(int from, int to)
    {
        var values = new float[5008];
        fixed (float* pinned = values) ElementLoop.Run<AddOne, Operands>(new Operands { Values = pinned }, from, to);
        values.Should().Equal(Enumerable.Range(0, values.Length).Select(i => i >= from && i < to ? 1f : 0));
    }

    [Theory, InlineData(1, 1), InlineData(4096, 64), InlineData(5003, 7)]
    public void Threads_together_process_every_element_once(int count, int grain)
    {
        var values = new float[count];
        fixed (float* pinned = values) ElementLoop.RunParallel<AddOne, Operands>(count, grain, new Operands { Values = pinned });
        values.Should().OnlyContain(value => value == 1);
    }

    [Theory, InlineData(1), InlineData(8), InlineData(13)]
    public void A_reduction_covers_the_remainder(int count)
    {
        var values = Enumerable.Range(1, 16).Select(i => (float)i).ToArray();
        fixed (float* pinned = values)
            Assert.Equal(count * (count + 1) / 2,
                Vector256.Sum(ElementLoop.Reduce<Add, Operands>(new Operands { Values = pinned }, 0, count, Vector256<float>.Zero)));
    }

    private struct Operands
    {
        internal float* Values;
    }

    private readonly struct AddOne : IElementKernel<Operands>
    {
        public static void Run(in Operands p, nint index, int count) =>
            Lanes.Store(Lanes.Load(p.Values + index, count) + Vector256<float>.One, p.Values + index, count);
    }

    private readonly struct Add : IReductionKernel<Operands>
    {
        public static Vector256<float> Run(in Operands p, nint index, int count, Vector256<float> accumulator) =>
            accumulator + Lanes.Load(p.Values + index, count);
    }
}
