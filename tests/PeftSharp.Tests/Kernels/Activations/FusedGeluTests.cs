using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>GELU with the tanh approximation has libtorch's values and gradients.</summary>
[AllThreads]
public sealed class FusedGeluTests
{
    [SkippableFact]
    public void Values_and_gradients_are_those_of_float64()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(3);
        // An odd number of elements, both tails, zero.
        var numbers = cat([randn(1000) * 3, linspace(-30, 30, 201), zeros(2)]);
        var weights = randn(numbers.shape[0]);
        var x = numbers.clone().requires_grad_(true);
        var exact = numbers.@double().requires_grad_(true);
        var found = FusedGelu.Apply(x);
        var expected = functional.gelu(exact, TorchSharp.Modules.GELU.Approximate.tanh);
        (found * weights).sum().backward();
        (expected * weights.@double()).sum().backward();
        const double tolerance = 1e-6;
        Close.Equal(expected.to(ScalarType.Float32), found, tolerance, "values");
        Close.Equal(exact.grad!.to(ScalarType.Float32), x.grad!, tolerance, "gradient");
    }

    [SkippableFact]
    public void NaN_is_propagated_and_infinities_have_their_limits()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = tensor(new[] { float.NaN, float.PositiveInfinity, 1e30f });
        var found = FusedGelu.Apply(x).data<float>().ToArray();
        Assert.True(float.IsNaN(found[0]));
        Assert.Equal(float.PositiveInfinity, found[1]);
        Assert.Equal(1e30f, found[2]);
        var far = tensor(new[] { 1e30f, -1e30f, float.NaN }).requires_grad_();
        FusedGelu.Apply(far).sum().backward();
        far.grad!.data<float>().ToArray().Select(slope => MathF.Round(slope, 6)).Should().Equal(1, 0, float.NaN);
    }

    [SkippableFact]
    public void Other_types_and_strides_use_libtorch()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = randn(6, 4);
        Close.Equal(functional.gelu(x.t(), TorchSharp.Modules.GELU.Approximate.tanh), FusedGelu.Apply(x.t()), 0, "turned");
        foreach (var type in new[] { ScalarType.Float64, ScalarType.BFloat16 }) Assert.Equal(type, FusedGelu.Apply(x.to(type)).dtype);
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Activation, "The path is turned off.");
        Skip.IfNot(Lanes.IsFast, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
