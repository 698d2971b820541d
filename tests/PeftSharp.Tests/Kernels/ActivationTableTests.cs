using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Activations by a table: the values of libtorch, and its gradients.</summary>
public sealed class ActivationTableTests
{
    public static TheoryData<string> Functions => [.. ActivationFunctions.Names];

    [SkippableTheory, MemberData(nameof(Functions))]
    public void Values_are_those_of_the_plain_path_bit_for_bit_and_gradients_its_slopes_rounded_once(string name)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var numbers = cat([randn([3001], generator: generator) * 3, linspace(-40, 40, 400), tensor(new[] { 0, -0f, 1e30f, -1e30f, float.NaN, float.PositiveInfinity, float.NegativeInfinity })]).bfloat16();         // an odd number of them
        var weights = randn([numbers.shape[0]], generator: generator).bfloat16();
        var (values, gradient) = Run(name, numbers, weights);
        var ofFloats = Run(name, numbers.@float(), weights.@float()).Gradient;
        AssertSame(ofFloats.bfloat16(), gradient);
        using var off = new PathSwitch(nameof(FastPaths.Activation));
        AssertSame(Run(name, numbers, weights).Values, values);
    }

    [SkippableFact]
    public void Gelus_gradients_are_those_of_libtorch_in_bfloat16_bit_for_bit()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var (numbers, weights) = (randn([50_000], generator: generator).bfloat16(), randn([50_000], generator: generator).bfloat16());
        var (_, gradient) = Run("gelu", numbers, weights);
        using var off = new PathSwitch(nameof(FastPaths.Activation));
        AssertSame(Run("gelu", numbers, weights).Gradient, gradient);
    }

    [SkippableFact]
    public void Where_no_gradient_is_wanted_none_is_remembered()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = randn(20).bfloat16().requires_grad_();
        using var free = no_grad();
        var found = ActivationFunctions.ByName("gelu")(x);
        Assert.False(found.requires_grad);
        AssertSame(functional.gelu(x), found);
    }

    [SkippableFact]
    public void Scattered_elements_are_left_to_libtorch()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var x = randn(6, 4).bfloat16();
        AssertSame(functional.gelu(x.t()), ActivationFunctions.ByName("gelu")(x.t()));
    }

    private static (Tensor Values, Tensor Gradient) Run(string name, Tensor numbers, Tensor weights)
    {
        var x = numbers.clone().requires_grad_();
        var values = ActivationFunctions.ByName(name)(x);
        values.backward([weights]);
        return (values, x.grad!);
    }

    /// <summary>The same numbers, or none in both.</summary>
    private static void AssertSame(Tensor expected, Tensor actual) => Assert.True((expected.eq(actual) | expected.isnan() & actual.isnan()).all().item<bool>());

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Activation, "The path is turned off.");
        Skip.IfNot(Lanes.IsFast, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
