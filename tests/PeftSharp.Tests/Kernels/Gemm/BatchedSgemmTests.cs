using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>Products of many heads are those of float64 for any strides; with a triangle the needed part is.</summary>
[AllThreads]
public sealed class BatchedSgemmTests
{
    [SkippableTheory]
    [InlineData(33, 32, 40), InlineData(70, 45, 64), InlineData(24, 96, 33)]
    public void The_whole_product_is_computed(int rows, int depth, int columns)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(6);
        // Strided rows, contiguous columns.
        var (a, b) = (randn(2, rows, 3, depth).transpose(1, 2), randn(2, 3, columns, depth).transpose(2, 3));
        var c = full([2, rows, 3, columns], double.NaN, ScalarType.Float32).transpose(1, 2);
        BatchedSgemm.MultiplyInto(c, a, b, BatchedSgemm.Triangle.None);
        Close.Equal(a.@double().matmul(b.@double()).to(ScalarType.Float32), c, 2e-6, "product");
    }

    [SkippableTheory]
    [InlineData(70, 70), InlineData(50, 90), InlineData(90, 50)]
    public void Under_a_causal_mask_the_visible_part_is_computed(int queries, int tokens)
    {
        const int width = 36;
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(7);
        var (query, key) = (randn(2, 3, queries, width), randn(2, 3, tokens, width));
        var visible = ones(queries, tokens, ScalarType.Bool).tril();
        var scores = empty(2, 3, queries, tokens);
        BatchedSgemm.MultiplyInto(scores, query, key.transpose(2, 3), BatchedSgemm.Triangle.LowerResult);
        var exact = query.@double().matmul(key.@double().transpose(2, 3)).to(ScalarType.Float32).masked_fill(visible.logical_not(), 0);
        Close.Equal(exact, scores.masked_fill(visible.logical_not(), 0), 2e-6, "scores");

        var weighted = empty(2, 3, queries, width);
        BatchedSgemm.MultiplyInto(weighted, exact, key, BatchedSgemm.Triangle.LowerLeft);
        Close.Equal(exact.@double().matmul(key.@double()).to(ScalarType.Float32), weighted, 3e-6, "weighted sum");

        var transposed = empty(2, 3, tokens, width);
        BatchedSgemm.MultiplyInto(transposed, exact.transpose(2, 3), query, BatchedSgemm.Triangle.UpperLeft);
        Close.Equal(
            exact.@double().transpose(2, 3).matmul(query.@double()).to(ScalarType.Float32), transposed, 3e-6, "transposed weighted sum");
    }

    [SkippableFact]
    public void Small_and_large_heads_and_other_types_are_not_supported()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var heads = ones(1, 2, 64, 64);
        Assert.True(BatchedSgemm.CanRun(heads, heads, heads));
        Assert.False(BatchedSgemm.CanRun(ones(1, 2, 1, 64), heads, heads));
        Assert.False(BatchedSgemm.CanRun(heads.narrow(3, 0, 16), heads.narrow(3, 0, 16), heads.narrow(3, 0, 16)));
        Assert.False(BatchedSgemm.CanRun(heads.to(ScalarType.BFloat16), heads.to(ScalarType.BFloat16), heads.to(ScalarType.BFloat16)));
        Assert.False(BatchedSgemm.CanRun(heads, ones(1, 1, 64, 64), ones(1, 1, 64, 64)));
        var many = ones(1, 1, 8192, 64);
        Assert.False(BatchedSgemm.CanRun(many, many, many));
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Linear, "The path is turned off.");
        Skip.IfNot(Sgemm.IsAvailable, "This processor has no 512-bit vectors, or libtorch's threads are not GNU OpenMP's.");
    }
}
