using PeftSharp.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling.Layers;

/// <summary>bfloat16 states with float32 weights: the norm is computed in float32 on every device.</summary>
public sealed class LayerNormTests
{
    [Fact]
    public void States_in_bfloat16_with_weights_in_float32_give_what_float32_gives_rounded_to_bfloat16()
    {
        using var scope = NewDisposeScope();
        using var norm = new LayerNorm(32, 1e-5);
        using (no_grad())
        {
            foreach (var parameter in norm.parameters()) parameter.copy_(linspace(0.5, 1.5, 32));
        }
        norm.to(TestDevice.Current);
        var states = linspace(-3, 3, 4 * 32).reshape(4, 32).to(ScalarType.BFloat16).to(TestDevice.Current).requires_grad_();
        var normalized = norm.call(states);
        normalized.sum().backward();
        Assert.Equal(ScalarType.BFloat16, normalized.dtype);
        Assert.Equal(ScalarType.BFloat16, states.grad!.dtype);
        norm.parameters().Select(parameter => parameter.grad!.dtype).Should().AllBeEquivalentTo(ScalarType.Float32);
        Close.Equal(norm.call(states.detach().to(ScalarType.Float32)).cpu(), normalized.detach().to(ScalarType.Float32).cpu(), 1e-2,
            "normalized states");
    }
}
