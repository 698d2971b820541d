using PeftSharp.Kernels;
using static TorchSharp.torch;
using Dropout = PeftSharp.Modeling.Layers.Dropout;
using LayerNorm = PeftSharp.Modeling.Layers.LayerNorm;

namespace PeftSharp.Tests.Kernels;

/// <summary>norm(dropout(x) + input) in one pass and step by step: the same numbers, gradients and random stream.</summary>
public sealed class DropoutAddNormTests
{
    [SkippableTheory]
    [InlineData(5, 7, 64, 0.1, ScalarType.Float32, false)]
    [InlineData(3, 4, 37, 0.3, ScalarType.Float32, false)]
    [InlineData(3, 9, 64, 0.1, ScalarType.Float32, true)]
    [InlineData(2, 3, 24, 0.0, ScalarType.Float32, false)]
    [InlineData(4, 40, 96, 0.1, ScalarType.BFloat16, false)]
    [InlineData(3, 9, 64, 0.1, ScalarType.BFloat16, true)]
    public void Values_gradients_and_the_random_stream_are_those_of_the_single_steps(int batch, int tokens, int width, double probability, ScalarType type, bool firstOnly)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(11);
        var (x, input, weights) = (Leaf(), Leaf(), randn(batch, firstOnly ? 1 : tokens, width));
        using var norm = new LayerNorm(width, 1e-5);
        using var dropout = new Dropout(probability);
        var (gain, shift) = (norm.parameters().First(), norm.parameters().Last());
        using (no_grad())
        {
            gain.copy_(rand(width) + 0.5);
            shift.copy_(randn(width));
        }
        Assert.True(DropoutAddNorm.Takes(x, input, gain, shift, probability));

        var found = Run();
        FastPaths.DropoutAddNorm = false;
        try
        {
            var expected = Run();
            var tolerance = type == ScalarType.Float32 ? 3e-6 : 3e-2;              // libtorch adds up the gain's gradient in bfloat16
            foreach (var (name, one, other) in expected.Zip(found, (one, other) => (one.Name, one.Numbers, other.Numbers))) Close.Equal(one, other, tolerance, name);
        }
        finally { FastPaths.DropoutAddNorm = true; }

        Tensor Leaf() => randn(batch, firstOnly ? 1 : tokens, width).to(type).requires_grad_(true);

        (string Name, Tensor Numbers)[] Run()
        {
            manual_seed(12);
            foreach (var tensor in new[] { x, input, gain, shift }) tensor.grad = null;
            var result = norm.OfSum(x, input, dropout, tokens);
            (result.to(ScalarType.Float32) * weights).sum().backward();
            return [("result", Copy(result)), ("gradient of x", Copy(x.grad!)), ("gradient of the input", Copy(input.grad!)), ("gradient of the gain", Copy(gain.grad!)),
                ("gradient of the shift", Copy(shift.grad!)), ("what the random stream gives next", rand(3))];
        }

        static Tensor Copy(Tensor tensor) => tensor.detach().to(ScalarType.Float32).clone();
    }

    [SkippableFact]
    public void Without_gradients_the_result_is_the_same()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var norm = new LayerNorm(32, 1e-12);
        using var dropout = new Dropout(0.1);
        using var free = no_grad();
        norm.parameters().First().fill_(2);
        norm.parameters().Last().fill_(1);
        dropout.eval();
        var (x, input) = (randn(2, 3, 32), randn(2, 3, 32));
        Close.Equal(norm.call(x + input), norm.OfSum(x, input, dropout, 3), 2e-6, "norm");
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.DropoutAddNorm && FastPaths.Dropout, "The path is turned off.");
        Skip.IfNot(Lanes.IsFast, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
