using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>Rotary embeddings in one pass have the values and gradients of the separate operations.</summary>
[AllThreads]
public sealed class FusedRotaryTests
{
    [SkippableTheory]
    [InlineData(ScalarType.Float32, 16, 1.0, true), InlineData(ScalarType.Float32, 20, 0.5, false)]
    [InlineData(ScalarType.BFloat16, 16, 1.0, false), InlineData(ScalarType.BFloat16, 24, 0.75, true)]
    public void Values_and_gradients_are_those_of_the_separate_operations(ScalarType type, int width, double part, bool ownPositions)
    {
        Skip.IfNot(FastPaths.Rotary && Lanes.IsFast, "The path is turned off, or not available.");
        using var scope = NewDisposeScope();
        manual_seed(6);
        var rotary = new RotaryEmbedding(new RotaryParameters { PartialRotaryFactor = part }, width, 64);
        var positions = ownPositions ? randint(0, 60, [3, 5], ScalarType.Int64) : arange(5, ScalarType.Int64).unsqueeze(0);
        var tables = rotary.Tables(positions, type);
        var (numbers, weights) = (randn(3, 5, 2, width).to(type), randn(3, 2, 5, width).to(type));
        var found = Results();
        using var off = new PathSwitch(nameof(FastPaths.Rotary));
        var expected = Results();
        Close.Equal(expected[0].to(ScalarType.Float32), found[0].to(ScalarType.Float32), 0, "value");
        Close.Equal(expected[1].to(ScalarType.Float32), found[1].to(ScalarType.Float32),
            type == ScalarType.Float32 ? 1e-6 : 8e-3, "gradient");

        Tensor[] Results()
        {
            var x = numbers.clone().requires_grad_();
            var y = tables.Rotate(x.transpose(1, 2));
            (y * weights).sum().backward();
            return [y.detach(), x.grad!];
        }
    }
}
