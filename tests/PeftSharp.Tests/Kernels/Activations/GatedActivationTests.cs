using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>The product of a gated feed-forward layer has the values and gradients of the separate operations.</summary>
[AllThreads]
public sealed class GatedActivationTests
{
    [SkippableTheory]
    [InlineData("silu", ScalarType.Float32), InlineData("gelu_pytorch_tanh", ScalarType.Float32)]
    [InlineData("silu", ScalarType.BFloat16), InlineData("gelu_new", ScalarType.BFloat16)]
    [InlineData("gelu", ScalarType.Float32), InlineData("gelu", ScalarType.BFloat16)]
    public void Values_and_gradients_are_those_of_the_separate_operations(string activation, ScalarType type)
    {
        Skip.IfNot(FastPaths.Activation && Lanes.IsFast, "The path is turned off, or not available.");
        using var scope = NewDisposeScope();
        manual_seed(5);
        var numbers = (randn(2, 5, 2 * 29) * 4).to(type);
        var weights = randn(2, 5, 29);
        var kernel = ActivationFunctions.Gated(activation)!;
        var function = ActivationFunctions.Get(activation);
        var expected = Results(parts => function(parts[0]) * parts[1]);
        var separate = Results(parts => kernel.Apply(parts[0].contiguous(), parts[1].contiguous()));
        var x = numbers.clone().requires_grad_();
        var y = kernel.ApplyFused(x);
        (y.to(ScalarType.Float32) * weights).sum().backward();
        Tensor[] fused = [y.detach(), x.grad!];
        var tolerance = type == ScalarType.Float32 ? 2e-6 : 8e-3;
        foreach (var found in new[] { separate, fused })
            for (var i = 0; i < 2; i++)
                Close.Equal(expected[i].to(ScalarType.Float32), found[i].to(ScalarType.Float32), tolerance, i == 0 ? "value" : "gradient");

        Tensor[] Results(Func<Tensor[], Tensor> product)
        {
            var input = numbers.clone().requires_grad_();
            var result = product(input.chunk(2, -1));
            (result.to(ScalarType.Float32) * weights).sum().backward();
            return [result.detach(), input.grad!];
        }
    }

    [SkippableFact]
    public void Extreme_values_have_their_limits()
    {
        Skip.IfNot(FastPaths.Activation && Lanes.IsFast, "The path is turned off, or not available.");
        using var scope = NewDisposeScope();
        var gate = tensor(new[] { 1e30f, -1e30f, float.NaN, 0, -100 }).requires_grad_();
        foreach (var kernel in new[] { GatedActivation.Silu, GatedActivation.Gelu, GatedActivation.ExactGelu })
        {
            gate.grad?.zero_();
            var y = kernel.Apply(gate, ones(5));
            y.sum().backward();
            var (values, slopes) = (y.data<float>().ToArray(), gate.grad!.data<float>().ToArray());
            values.Select(value => MathF.Round(value, 6) + 0).Should().Equal(1e30f, 0, float.NaN, 0, 0);
            slopes.Select(slope => MathF.Round(slope, 6) + 0).Should().Equal(1, 0, float.NaN, 0.5f, 0);
        }
    }

    [Fact]
    public void Other_activations_have_no_kernel()
    {
        ActivationFunctions.Gated("relu").Should().BeNull();
        ActivationFunctions.Gated("gelu_10").Should().BeNull();
        ActivationFunctions.Gated("swish").Should().BeSameAs(GatedActivation.Silu);
    }
}
