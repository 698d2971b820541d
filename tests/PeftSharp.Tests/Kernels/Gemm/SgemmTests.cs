using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>
/// Float32 matrix products and the linear layers that use them have libtorch's values and gradients, also with partial tiles and blocks.
/// </summary>
[AllThreads]
public sealed class SgemmTests
{
    public static TheoryData<int, int, int, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int, bool, bool>();
            foreach (var (rows, depth, columns) in new[]
            {
                (48, 48, 48), (60, 64, 64), (71, 513, 95), (256, 1100, 96), (97, 50, 3200), (300, 1025, 50), (13, 1, 33), (700, 260, 650),
            })
                foreach (var (left, right) in new[] { (false, false), (false, true), (true, false), (true, true) })
                    cases.Add(rows, depth, columns, left, right);
            return cases;
        }
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void The_product_is_that_of_float64(int rows, int depth, int columns, bool isLeftTransposed, bool isRightTransposed)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(2);
        var a = isLeftTransposed ? randn(depth, rows).t() : randn(rows, depth);
        var b = isRightTransposed ? randn(columns, depth).t() : randn(depth, columns);
        var start = randn(columns);
        var exact = a.@double().mm(b.@double());
        Close.Equal((exact + start.@double()).to(ScalarType.Float32), Sgemm.Multiply(a, b, start), 2e-6, "product");
        var sum = ones(rows, columns + 7).narrow(1, 3, columns);                // rows with a gap between them
        Sgemm.MultiplyInto(sum, a, b, null, accumulates: true);
        Close.Equal((exact + 1).to(ScalarType.Float32), sum, 2e-6, "sum");
    }

    [SkippableTheory]
    [InlineData(false, true, true, true)]
    [InlineData(true, true, true, true)]
    [InlineData(false, true, false, false)]
    [InlineData(true, false, true, true)]
    public void A_linear_layer_has_libtorchs_gradients(bool isTransposed, bool ofX, bool ofWeight, bool hasBias)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        manual_seed(4);
        var (x, gradient) = (randn(3, 151, 190).requires_grad_(ofX), randn(3, 151, 210));
        var weight = randn(isTransposed ? [190, 210] : [210, 190]).requires_grad_(ofWeight);
        var bias = hasBias ? randn(210).requires_grad_(true) : null;
        Assert.True(FastLinear.CanRun(x, weight, bias, isTransposed));
        var tensors = new[] { x, weight, bias }.OfType<Tensor>().ToArray();

        var expected = Run(() => functional.linear(x, isTransposed ? weight.t() : weight, bias));
        var found = Run(() => FastLinear.Apply(x, weight, bias, isTransposed));
        found.Select(tensor => tensor is null).Should().Equal(expected.Select(tensor => tensor is null));
        foreach (var (one, other) in expected.Zip(found))
            if (one is not null) Close.Equal(one, other!, 3e-6, "value or gradient");

        Tensor?[] Run(Func<Tensor> layer)
        {
            foreach (var tensor in tensors) tensor.grad = null;
            var result = layer();
            result.backward([gradient]);
            return [result.detach(), .. tensors.Select(tensor => tensor.grad?.clone())];
        }
    }

    [SkippableFact]
    public void NaN_and_infinity_reach_only_their_own_rows_and_columns()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var (a, b) = (ones(50, 60), ones(60, 70));
        a[3, 5] = float.NaN;
        b[7, 69] = float.PositiveInfinity;
        var found = Sgemm.Multiply(a, b).isfinite().logical_not();
        Assert.Equal(70 + 49, found.sum().item<long>());
    }

    [SkippableFact]
    public void Small_matrices_other_types_and_other_strides_are_not_supported()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var square = ones(512, 512);
        Assert.True(Sgemm.CanRun(square, square));
        Assert.False(Sgemm.CanRun(square, ones(512, 8)));
        Assert.False(Sgemm.CanRun(ones(128, 128), ones(128, 128)));
        Assert.False(Sgemm.CanRun(square.@double(), square.@double()));
        Assert.False(Sgemm.CanRun(square, ones(512, 512, 2).select(2, 0)));
        Assert.False(Sgemm.CanRun(square, ones(511, 512)));
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.Linear, "The path is turned off.");
        Skip.IfNot(Sgemm.IsAvailable, "This processor has no 512-bit vectors, or libtorch's threads are not GNU OpenMP's.");
    }
}
