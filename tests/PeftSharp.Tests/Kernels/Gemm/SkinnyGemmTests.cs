using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>Products of a few rows are libtorch's, also with sizes that are not multiples of vectors and blocks.</summary>
[AllThreads]
public sealed class SkinnyGemmTests
{
    public static TheoryData<int, int, int, ScalarType, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int, ScalarType, bool, bool>();
            foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
                foreach (var isTransposed in new[] { false, true })
                    foreach (var (rows, inputs, outputs) in new[]
                    {
                        (1, 768, 2304), (2, 768, 768), (3, 288, 333), (4, 512, 515), (6, 1024, 32), (6, 352, 131), (8, 256, 1024),
                        (8, 768, 2304), (12, 256, 513), (9, 1024, 65), (16, 512, 129), (16, 3072, 768),
                    })
                        cases.Add(rows, inputs, outputs, type, isTransposed, rows != 3);
            // More rows than a few are computed here only where libtorch's products are slow.
            if (!System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated)
                foreach (var isTransposed in new[] { false, true }) cases.Add(37, 288, 352, ScalarType.BFloat16, isTransposed, true);
            return cases;
        }
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void The_product_is_libtorchs(int rows, int inputs, int outputs, ScalarType type, bool isTransposed, bool hasBias)
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        using var free = no_grad();
        manual_seed(5);
        var x = randn(1, rows, inputs).to(type);
        var weight = randn(isTransposed ? [inputs, outputs] : [outputs, inputs]).to(type);
        var bias = hasBias ? randn(outputs).to(type) : null;
        Assert.True(SkinnyGemm.CanRun(x, weight, bias, isTransposed));
        var biasBefore = bias?.clone();
        var found = SkinnyGemm.Apply(x, weight, bias, isTransposed);
        (bias is null || bias.equal(biasBefore!).all().item<bool>()).Should().BeTrue("the bias is not written");
        var exact = x.@double().matmul(isTransposed ? weight.@double() : weight.@double().t());
        if (bias is not null) exact = exact + bias.@double();
        Assert.Equal(type, found.dtype);
        found.shape.Should().Equal(1, rows, outputs);
        // Up to a thousand sums; a bfloat16 has 8 bits.
        Close.Equal(exact.to(ScalarType.Float32), found.to(ScalarType.Float32), type == ScalarType.Float32 ? 5e-6 : 4e-3, "product");
    }

    [SkippableFact]
    public void Gradients_many_rows_and_other_types_are_not_supported()
    {
        SkipWhereOff();
        using var scope = NewDisposeScope();
        var (x, weight) = (ones(1, 256), ones(256, 256));
        Assert.False(SkinnyGemm.CanRun(x, weight, null, isTransposed: false));
        using var free = no_grad();
        Assert.False(SkinnyGemm.CanRun(ones(17, 256), weight, null, isTransposed: false));
        Assert.False(SkinnyGemm.CanRun(x.@double(), weight.@double(), null, isTransposed: false));
        Assert.False(SkinnyGemm.CanRun(x, weight.to(ScalarType.BFloat16), null, isTransposed: false));
        Assert.False(SkinnyGemm.CanRun(x, ones(512, 256).t(), null, isTransposed: false));
        Assert.False(SkinnyGemm.CanRun(x, ones(512, 300), null, isTransposed: true));      // widths that differ: libtorch reports the error
        Assert.False(SkinnyGemm.CanRun(ones(1, 270), ones(256, 270), null, isTransposed: false));         // not a multiple of the vectors
        Assert.True(SkinnyGemm.CanRun(ones(1, 270), ones(270, 256), null, isTransposed: true));
        Assert.False(SkinnyGemm.CanRun(ones(1, 4096), ones(8, 4096), null, isTransposed: false));         // too few outputs
    }

    private static void SkipWhereOff()
    {
        Skip.IfNot(FastPaths.SmallBatchLinear, "The path is turned off.");
        Skip.IfNot(SkinnyGemm.IsAvailable, "This processor has no 256-bit vectors, or libtorch's threads are not GNU OpenMP's.");
    }
}
