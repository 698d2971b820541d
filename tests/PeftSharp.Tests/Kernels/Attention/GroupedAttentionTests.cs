using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Attention of grouped heads has the values and gradients of attention with repeated keys and values.</summary>
[AllThreads]
public sealed class GroupedAttentionTests
{
    [SkippableTheory]
    [InlineData("causal", ScalarType.Float32), InlineData("rows", ScalarType.Float32), InlineData("shared", ScalarType.Float32)]
    [InlineData("causal", ScalarType.BFloat16), InlineData("rows", ScalarType.BFloat16)]
    public void Values_and_gradients_are_those_with_repeated_keys(string masked, ScalarType type)
    {
        Skip.IfNot(FastPaths.Attention, "The path is turned off.");
        using var scope = NewDisposeScope();
        manual_seed(8);
        const int batch = 3, heads = 2, groups = 3, tokens = 17, width = 16;
        var parts = new[] { groups * heads, heads, heads }.Select(count => randn(batch, tokens, count, width).to(type)).ToArray();
        var weights = randn(batch, groups * heads, tokens, width).to(type);
        Tensor? mask = null;
        if (masked != "causal")
        {
            long[] shape = [masked == "rows" ? batch : 1, 1, tokens, tokens];
            mask = zeros(shape).masked_fill_(rand(shape).lt(0.3), double.NegativeInfinity).to(type);
            mask.diagonal(0, 2, 3).zero_();
        }
        Assert.True(GroupedAttention.CanRun(parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2), mask, 0));
        var found = Results((q, k, v) => GroupedAttention.Apply(q, k, v, mask, mask is null));
        var expected = Results((q, k, v) => functional.scaled_dot_product_attention(
            q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1), mask, is_casual: mask is null));
        var tolerance = type == ScalarType.Float32 ? 2e-6 : 2e-2;
        for (var i = 0; i < 4; i++) Close.Equal(expected[i].to(ScalarType.Float32), found[i].to(ScalarType.Float32), tolerance, $"{i}");

        Tensor[] Results(Func<Tensor, Tensor, Tensor, Tensor> attend)
        {
            var inputs = parts.Select(part => part.clone().requires_grad_()).ToArray();
            var y = attend(inputs[0].transpose(1, 2), inputs[1].transpose(1, 2), inputs[2].transpose(1, 2));
            (y * weights).sum().backward();
            return [y.detach(), .. inputs.Select(input => input.grad!)];
        }
    }
}
