using PeftSharp.Kernels;
using PeftSharp.Optimization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

public class ClippingAdamWTests
{
    private static readonly AdamWSettings _settings = new(Beta1: 0.9, Beta2: 0.999, Eps: 1e-8);

    [Theory, InlineData(1, 0.9), InlineData(5, 0.9), InlineData(64, 0.3), InlineData(4097, 0.9), InlineData(100_003, 0.9),
        InlineData(40, 0), InlineData(40, 0.5)]
    public void A_step_is_that_of_the_reference_with_scaled_gradients(int count, double beta1)
    {
        var settings = _settings with { Beta1 = beta1 };
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (gradient, scale) = (randn([count], generator: generator), 0.37f);
        var plain = new AdamWTensors(randn([count], generator: generator), gradient * scale, zeros(count), zeros(count));
        var ours = new AdamWTensors(plain.Parameter.clone(), gradient.clone(), zeros(count), zeros(count));
        for (var step = 1; step <= 3; step++)
        {
            ReferenceAdamW.Step(plain, settings, step, learningRate: 1e-3, weightDecay: 0.01);
            ClippingAdamW.Step(ours, scale, settings, step, learningRate: 1e-3, weightDecay: 0.01);
        }
        AssertClose(plain.Parameter, ours.Parameter);
        AssertClose(plain.Mean, ours.Mean);
        AssertClose(plain.MeanSquare, ours.MeanSquare);
        Assert.True(gradient.equal(ours.Gradient).all().item<bool>());
    }

    [Fact]
    public void Without_a_moving_average_a_small_gradient_counts_after_a_large_one()
    {
        using var scope = NewDisposeScope();
        var tensors = new AdamWTensors(zeros(9), full(9, 1000f), zeros(9), zeros(9));
        ClippingAdamW.Step(tensors, 1, _settings with { Beta1 = 0 }, step: 1, learningRate: 1e-3, weightDecay: 0);
        tensors.Gradient.fill_(1e-5f);
        ClippingAdamW.Step(tensors, 1, _settings with { Beta1 = 0 }, step: 2, learningRate: 1e-3, weightDecay: 0);
        Assert.Equal(1e-5f, tensors.Mean[8].item<float>());
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_backward_pass_from_before_the_step_is_refused(bool isOn)
    {
        using var scope = NewDisposeScope();
        using var path = new PathSwitch(nameof(FastPaths.AdamW), isOn);
        var (x, weight) = (ones(2, 3).requires_grad_(), new TorchSharp.Modules.Parameter(ones(4, 3)));
        using var optimizer = new AdamW([new ParameterGroup([new NamedParameter("weight", weight)])]);
        nn.functional.linear(x, weight).sum().backward();
        var loss = nn.functional.linear(x, weight).sum();
        optimizer.Step(1e-3);
        FluentActions.Invoking(() => loss.backward())
            .Should().Throw<Exception>().Which.Message.Should().Contain("modified by an inplace operation");
    }

    [Fact]
    public void A_NaN_gradient_is_not_hidden()
    {
        using var scope = NewDisposeScope();
        var tensors = new AdamWTensors(ones(20), ones(20), zeros(20), zeros(20));
        tensors.Gradient[9] = float.NaN;
        ClippingAdamW.Step(tensors, 1, _settings, step: 1, learningRate: 1e-3, weightDecay: 0);
        Assert.Equal(1, tensors.Parameter.isnan().sum().item<long>());
        Assert.True(tensors.Parameter[9].isnan().item<bool>());
    }

    [Fact]
    public void It_supports_contiguous_float32_unless_it_is_turned_off()
    {
        using var scope = NewDisposeScope();
        using var on = new PathSwitch(nameof(FastPaths.AdamW), isOn: true);
        var x = ones(2, 3);
        Assert.Equal(Lanes.IsFast, ClippingAdamW.CanRun(new(x, x, x, x)));
        Assert.False(ClippingAdamW.CanRun(new(x, ones(3, 2).t(), x, x)));
        Assert.False(ClippingAdamW.CanRun(new(x, ones([2, 3], ScalarType.Float64), x, x)));
        using var off = new PathSwitch(nameof(FastPaths.AdamW));
        Assert.False(ClippingAdamW.CanRun(new(x, x, x, x)));
    }

    [Theory, InlineData(1), InlineData(31), InlineData(70_001), InlineData(1_000_000)]
    public void The_sum_of_squares_is_that_of_float64(int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var x = randn([count], generator: generator);
        var expected = x.to(ScalarType.Float64).square().sum().item<double>();
        (SquaredNorm.Of(x) / expected).Should().BeApproximately(1, 1e-6);
        Assert.True(double.IsNaN(SquaredNorm.Of(cat([x, full(1, float.NaN)]))));
        Assert.Equal(double.PositiveInfinity, SquaredNorm.Of(cat([x, full(1, float.NegativeInfinity)])));
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        var largest = expected.abs().max().item<float>();
        ((double)(expected - actual).abs().max().item<float>()).Should().BeLessThanOrEqualTo(2e-7 * largest);
    }
}
