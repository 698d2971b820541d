using PeftSharp.Kernels;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

public class FusedAdamWTests
{
    private static readonly AdamWSettings _settings = new(Beta1: 0.9, Beta2: 0.999, Eps: 1e-8);

    // One or two ulps of the largest: the kernel may fuse a multiplication with an addition.
    [SkippableTheory, InlineData(ScalarType.Float32, 2e-7), InlineData(ScalarType.Float64, 1e-15)]
    public void A_step_is_that_of_the_reference(ScalarType type, double tolerance)
    {
        Skip.IfNot(FusedAdamW.IsAvailable, "This libtorch has no stable C interface.");
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var plain = new long[][] { [1], [3, 5], [7, 11, 13], [257, 129] }.Select(shape => Tensors(shape, type, generator)).ToArray();
        var fused = plain.Select(t => new AdamWTensors(t.Parameter.clone(), t.Gradient, t.Mean.clone(), t.MeanSquare.clone())).ToArray();
        for (var step = 1; step <= 3; step++)
        {
            foreach (var tensors in plain)
                ReferenceAdamW.Step(tensors, _settings, step, learningRate: 1e-3, weightDecay: 0.01);
            FusedAdamW.Step(fused, gradientScale: 1, _settings, step, learningRate: 1e-3, weightDecay: 0.01);
        }
        foreach (var (expected, actual) in plain.Zip(fused))
        {
            AssertClose(expected.Parameter, actual.Parameter, tolerance);
            AssertClose(expected.Mean, actual.Mean, tolerance);
            AssertClose(expected.MeanSquare, actual.MeanSquare, tolerance);
        }
    }

    [SkippableFact]
    public void It_keeps_no_reference_to_its_tensors()
    {
        Skip.IfNot(FusedAdamW.IsAvailable, "This libtorch has no stable C interface.");
        var before = Environment.WorkingSet;
        for (var round = 0; round < 100; round++)
        {
            using var scope = NewDisposeScope();
            Tensor[] large = [ones(2048, 1024), ones(2048, 1024), ones(2048, 1024), ones(2048, 1024)];
            FusedAdamW.Step(
                [new(large[0], large[1], large[2], large[3])], gradientScale: 1, _settings, step: 1, learningRate: 1e-3, weightDecay: 0);
        }
        // 100 · 4 · 8 MB: kept handles would hold 3.2 GB. The bound leaves room for tests that run beside this one.
        (Environment.WorkingSet - before).Should().BeLessThan(2L << 30);
    }

    [Fact]
    public void Tensors_that_are_not_contiguous_are_not_supported()
    {
        using var scope = NewDisposeScope();
        Assert.True(FusedAdamW.CanRun(ones(2, 3), ones(2, 3)));
        Assert.False(FusedAdamW.CanRun(ones(2, 3), ones(3, 2).t()));
        Assert.False(FusedAdamW.CanRun(ones(2, 3), ones([2, 3], ScalarType.Float64)));
    }

    [SkippableFact]
    public void A_call_that_libtorch_rejects_throws()
    {
        Skip.IfNot(TorchDispatcher.IsAvailable, "This libtorch has no stable C interface.");
        FluentActions.Invoking(() => TorchDispatcher.Call("aten::no_such_operator"))
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("aten::no_such_operator");
        FluentActions.Invoking(() => TorchDispatcher.Call("aten::no_such_operator", "text")).Should().ThrowExactly<ArgumentException>();
    }

    private static AdamWTensors Tensors(long[] shape, ScalarType type, Generator generator) =>
        new(randn(shape, type, generator: generator), randn(shape, type, generator: generator), zeros(shape, type), zeros(shape, type));

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        var difference = (expected - actual).abs().max().to(ScalarType.Float64).item<double>();
        var largest = expected.abs().max().to(ScalarType.Float64).item<double>();
        difference.Should().BeLessThanOrEqualTo(tolerance * largest, "the largest expected value is {0}", largest);
    }
}
