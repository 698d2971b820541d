using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>RMS normalization in one pass has the values and gradients of the separate operations.</summary>
[AllThreads]
public sealed class FusedRmsNormTests
{
    [SkippableTheory]
    [InlineData(ScalarType.Float32, false, 64), InlineData(ScalarType.Float32, true, 37), InlineData(ScalarType.Float32, false, 5)]
    [InlineData(ScalarType.BFloat16, false, 64), InlineData(ScalarType.BFloat16, true, 37)]
    public void Values_and_gradients_are_those_of_the_separate_operations(ScalarType type, bool hasUnitOffset, int width)
    {
        Skip.IfNot(FastPaths.RmsNorm && Lanes.IsFast, "The path is turned off, or not available.");
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var norm = new RmsNorm(width, 1e-5, hasUnitOffset);
        norm.to(type);
        using (no_grad()) norm.parameters().Single().copy_(rand(width) + 0.5);
        var numbers = (randn(3, 7, width) * 2).to(type);
        var weights = randn(3, 7, width);
        Assert.True(FusedRmsNorm.CanRun(numbers, norm.parameters().Single()));
        var found = Results(numbers);
        using var off = new PathSwitch(nameof(FastPaths.RmsNorm));
        var expected = Results(numbers);
        var tolerance = type == ScalarType.Float32 ? 2e-6 : 1e-2;
        foreach (var (first, second, name) in expected.Zip(found, ["value", "gradient of x", "gradient of the weight"]))
        {
            Assert.Equal(first.dtype, second.dtype);
            Close.Equal(first.to(ScalarType.Float32), second.to(ScalarType.Float32), tolerance, name);
        }

        Tensor[] Results(Tensor input)
        {
            var x = input.clone().requires_grad_();
            norm.zero_grad();
            var y = norm.call(x);
            (y.to(ScalarType.Float32) * weights).sum().backward();
            return [y.detach(), x.grad!, norm.parameters().Single().grad!.clone()];
        }
    }

    [SkippableFact]
    public void A_frozen_weight_gets_no_gradient_and_one_row_is_enough()
    {
        Skip.IfNot(FastPaths.RmsNorm && Lanes.IsFast, "The path is turned off, or not available.");
        using var scope = NewDisposeScope();
        var (x, weight) = (tensor(new[] { 3f, 4f }).requires_grad_(), ones(2));
        var y = FusedRmsNorm.Apply(x, weight, 0, hasUnitOffset: false);
        y[0].backward();
        var root = Math.Sqrt(12.5);
        Close.Equal(tensor(new[] { (float)(3 / root), (float)(4 / root) }), y, 1e-6);
        // d(x0 / r) with r = sqrt((x0² + x1²) / 2): (1 - x0² / (2 r²)) / r and -x0 x1 / (2 r³).
        Close.Equal(tensor(new[] { (float)((1 - 9 / 25.0) / root), (float)(-12 / (2 * root * root * root)) }), x.grad!, 1e-6);
        Assert.Null(weight.grad);
    }
}
