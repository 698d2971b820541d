using System.Runtime.Intrinsics;
using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Activations with a lookup table have libtorch's values and gradients.</summary>
[AllThreads]
public sealed class ActivationTableTests
{
    [SkippableTheory]
    [InlineData("gelu", 1), InlineData("gelu", 50_003), InlineData("gelu_new", 50_003), InlineData("silu", 50_003)]
    public void Values_are_libtorchs_bit_for_bit_and_gradients_to_the_last_bit(string name, int count)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        // For extreme inputs the derivative of GELU with tanh is NaN in libtorch; here it is the limit.
        var far = name == "gelu_new" ? [float.NaN] : new[] { 1e30f, -1e30f, float.NaN, float.PositiveInfinity, float.NegativeInfinity };
        var numbers = cat([randn([count], generator: generator) * 3, tensor([0, -0f, 50, -50, .. far])]).bfloat16();
        var weights = randn([numbers.shape[0]], generator: generator).bfloat16();
        var (values, gradient) = Run(name, numbers, weights);
        using var off = new PathSwitch(nameof(FastPaths.Activation));
        var (plainValues, plainGradient) = Run(name, numbers, weights);
        // libtorch computes the last few numbers of a tensor in another way, and with 256-bit vectors some others too.
        var exact = Vector512.IsHardwareAccelerated ? 1 : 0.9;
        AssertNear(plainValues, values, leastSame: name == "gelu" ? exact : 0.999);
        // Far below 0 libtorch computes the slope from tanh as 1 minus nearly 1, which loses digits.
        AssertNear(plainGradient, gradient, leastSame: name switch { "gelu" => exact, "silu" => 0.99, _ => 0.9 });
    }

    [SkippableFact]
    public void Without_gradients_nothing_is_saved()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = randn(20).bfloat16().requires_grad_();
        using var free = no_grad();
        var found = ActivationFunctions.Get("gelu")(x);
        Assert.False(found.requires_grad);
        AssertSame(functional.gelu(x), found);
    }

    [SkippableFact]
    public void Other_strides_use_libtorch()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = randn(6, 4).bfloat16();
        AssertSame(functional.gelu(x.t()), ActivationFunctions.Get("gelu")(x.t()));
    }

    private static (Tensor Values, Tensor Gradient) Run(string name, Tensor numbers, Tensor weights)
    {
        var x = numbers.clone().requires_grad_();
        var values = ActivationFunctions.Get(name)(x);
        values.backward([weights]);
        return (values, x.grad!);
    }

    /// <summary>Equal values, or NaN in both.</summary>
    private static void AssertSame(Tensor expected, Tensor actual) => Assert.True(IsSame(expected, actual).all().item<bool>());

    /// <summary>Nearly all values are equal, and the others differ by one ULP.</summary>
    private static void AssertNear(Tensor expected, Tensor actual, double leastSame)
    {
        var isSame = IsSame(expected, actual);
        isSame.@double().mean().item<double>().Should().BeInRange(isSame.shape[0] < 100 ? 0 : leastSame, 1);
        Assert.True((isSame | (expected.@float() - actual.@float()).abs().le(expected.@float().abs() / 100 + 1e-5)).all().item<bool>());
    }

    private static Tensor IsSame(Tensor expected, Tensor actual) => expected.eq(actual) | expected.isnan() & actual.isnan();

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Activation, "The path is turned off.");
        Skip.IfNot(Lanes.IsFast, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
