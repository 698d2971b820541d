using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Attention of one query has libtorch's result for any cache length, mask and strides.</summary>
[AllThreads]
public sealed class OneQueryAttentionTests
{
    [SkippableTheory]
    [InlineData(1, 12, 33, 64, ScalarType.Float32, "none")]
    [InlineData(3, 4, 7, 16, ScalarType.Float32, "rows")]
    [InlineData(2, 2, 1, 8, ScalarType.Float32, "none")]
    [InlineData(2, 3, 50, 40, ScalarType.Float32, "heads")]
    [InlineData(8, 12, 96, 64, ScalarType.BFloat16, "rows")]
    [InlineData(2, 2, 19, 24, ScalarType.BFloat16, "none")]
    public void The_result_is_libtorchs(int batch, int heads, int tokens, int width, ScalarType type, string masked)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var free = no_grad();
        manual_seed(7);
        var query = randn(batch, 1, heads, width).to(type).transpose(1, 2);
        var (key, value) = (randn(batch, heads, tokens + 5, width).to(type).narrow(2, 0, tokens),
            randn(batch, tokens, heads, width).to(type).transpose(1, 2));
        long[] shape = [batch, masked == "heads" ? heads : 1, 1, tokens];
        Tensor? mask = masked == "none" ? null : zeros(shape).masked_fill_(rand(shape).lt(0.4), double.NegativeInfinity);
        if (mask is not null) mask.select(3, tokens - 1).zero_();
        mask = mask?.to(type);
        Assert.True(OneQueryAttention.CanRun(query, key, value, mask));
        var found = OneQueryAttention.Apply(query, key, value, mask);
        var exact = functional.scaled_dot_product_attention(query.@double(), key.@double(), value.@double(), mask?.@double());
        Assert.Equal(type, found.dtype);
        Close.Equal(exact.to(ScalarType.Float32), found.to(ScalarType.Float32), type == ScalarType.Float32 ? 2e-6 : 8e-3, "attention");
    }

    [SkippableFact]
    public void A_query_whose_tokens_are_all_masked_gives_zero()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var (query, keys) = (randn(1, 2, 1, 8), randn(1, 2, 5, 8));
        var found = OneQueryAttention.Apply(query, keys, keys, full([1, 1, 1, 5], double.NegativeInfinity));
        Assert.True(found.eq(0).all().item<bool>());
    }

    [SkippableFact]
    public void Gradients_several_queries_and_other_types_are_not_supported()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var (query, keys) = (ones(1, 2, 1, 8), ones(1, 2, 5, 8));
        Assert.False(OneQueryAttention.CanRun(query, keys, keys, null));
        using var free = no_grad();
        Assert.True(OneQueryAttention.CanRun(query, keys, keys, null));
        Assert.False(OneQueryAttention.CanRun(ones(1, 2, 2, 8), keys, keys, null));
        Assert.False(OneQueryAttention.CanRun(query.@double(), keys.@double(), keys.@double(), null));
        Assert.False(OneQueryAttention.CanRun(ones(1, 2, 1, 7), ones(1, 2, 5, 7), ones(1, 2, 5, 7), null));
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Attention, "The path is turned off.");
        Skip.IfNot(Lanes.IsFast, "This processor has no vectors of 256 bits, or libtorch's threads are not GNU OpenMP's.");
    }
}
