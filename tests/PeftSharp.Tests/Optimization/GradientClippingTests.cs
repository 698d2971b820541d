using PeftSharp.Optimization;
using PeftSharp.Tests.Tuners;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Optimization;

public class GradientClippingTests
{
    [Fact]
    public void The_norm_is_that_of_all_gradients_and_is_reduced_to_the_limit()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters([3, 4], [12], [0]);
        GradientClipping.ClipGradNorm(parameters, maxNorm: 2).Should().BeApproximately(13, 1e-5);
        GradientClipping.ClipGradNorm(parameters, maxNorm: 100).Should().BeApproximately(2, 1e-5);          // float32 of values near 10
        ((double)parameters[0].grad![0].item<float>()).Should().BeApproximately(3 * 2 / 13.0, 1e-6);
    }

    [Fact]
    public void Gradients_within_the_limit_are_unchanged_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters([0.1f, -0.2f], [0.3f]);
        var before = parameters.Select(p => p.grad!.clone()).ToArray();
        GradientClipping.ClipGradNorm(parameters, maxNorm: 1).Should().BeApproximately(Math.Sqrt(0.14), 1e-6);
        foreach (var (parameter, gradient) in parameters.Zip(before)) TinyModels.AssertSameBits(gradient, parameter.grad!);
    }

    [Fact]
    public void Parameters_without_gradients_do_not_count()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, GradientClipping.ClipGradNorm([new Parameter(ones(2))], maxNorm: 1));
        Assert.Equal(0, GradientClipping.ClipGradNorm([], maxNorm: 1));
        GradientClipping.ClipGradNorm([new Parameter(ones(2)), .. Parameters([3, 4])], maxNorm: double.PositiveInfinity)
            .Should().BeApproximately(5, 1e-6);
    }

    [Fact]
    public void A_NaN_gradient_is_not_hidden()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters([float.NaN, 1], [2]);
        Assert.Equal(double.NaN, GradientClipping.ClipGradNorm(parameters, maxNorm: 1));
        Assert.True(parameters[1].grad!.isnan().all().item<bool>());
        FluentActions.Invoking(() => GradientClipping.ClipGradNorm(parameters, maxNorm: -1))
            .Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Clipping_agrees_with_TorchSharp_on_random_gradients()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var ours = new long[][] { [7, 5], [11], [2, 3, 4] }
            .Select(shape => new Parameter(zeros(shape)) { grad = randn(shape, generator: generator) }).ToArray();
        var theirs = ours.Select(p => new Parameter(zeros(p.shape)) { grad = p.grad!.clone() }).ToArray();
        var norm = GradientClipping.ClipGradNorm(ours, maxNorm: 0.5);
        norm.Should().BeApproximately(nn.utils.clip_grad_norm_(theirs, 0.5), 1e-6);
        foreach (var (our, their) in ours.Zip(theirs))
            Assert.True(our.grad!.allclose(their.grad!, rtol: 1e-6, atol: 0),
                $"Gradients of shape [{string.Join(", ", our.shape)}]: {our.grad!.sub(their.grad!).abs().max().item<float>()} apart.");
    }

    private static Parameter[] Parameters(params float[][] gradients) =>
        Array.ConvertAll(gradients, gradient => new Parameter(zeros(gradient.Length)) { grad = tensor(gradient) });
}
