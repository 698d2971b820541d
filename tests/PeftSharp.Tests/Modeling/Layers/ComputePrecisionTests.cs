using PeftSharp.Modeling.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling.Layers;

/// <summary>
/// Layers compute in another type than the type of their weights only while a precision is in use on this thread.
/// </summary>
public sealed class ComputePrecisionTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Outside_its_use_tensors_and_weights_are_returned_as_they_are()
    {
        using var precision = new ComputePrecision(ScalarType.BFloat16);
        var x = ones(2);
        Assert.Same(x, ComputePrecision.Of(x));
        using (precision.Use())
        {
            Assert.True(ComputePrecision.IsActive);
            Assert.Equal(ScalarType.BFloat16, ComputePrecision.Of(x).dtype);
        }
        Assert.False(ComputePrecision.IsActive);
        Assert.Same(x, ComputePrecision.OfWeight(x));
    }

    [Fact]
    public void A_frozen_weight_is_converted_once_and_outlives_the_scope_of_the_layer()
    {
        using var precision = new ComputePrecision(ScalarType.BFloat16);
        var frozen = new Parameter(randn(4, 4), requires_grad: false);
        Tensor first;
        using (precision.Use())
        {
            using (NewDisposeScope()) first = ComputePrecision.OfWeight(frozen);
            Assert.False(first.IsInvalid);
            Assert.Same(first, ComputePrecision.OfWeight(frozen));
        }
        using (precision.Use()) Assert.Same(first, ComputePrecision.OfWeight(frozen));
        precision.Dispose();
        Assert.True(first.IsInvalid);
    }

    [Fact]
    public void A_trained_weight_is_converted_at_each_use_and_its_gradient_is_float32()
    {
        using var precision = new ComputePrecision(ScalarType.BFloat16);
        var trained = new Parameter(ones(3, 2));
        using (precision.Use())
        {
            nn.functional.linear(ComputePrecision.Of(ones(5, 2)), ComputePrecision.OfWeight(trained)).sum().backward();
            using (no_grad()) trained.add_(1);
            Assert.Equal(2, ComputePrecision.OfWeight(trained)[0, 0].to(ScalarType.Float32).item<float>());
        }
        Assert.Equal(ScalarType.Float32, trained.grad!.dtype);
        Close.Equal(full([3, 2], 5f), trained.grad, 1e-6);
    }

    [Fact]
    public void A_nested_precision_is_restored_to_the_outer_one_even_after_an_error()
    {
        using var outer = new ComputePrecision(ScalarType.BFloat16);
        using var inner = new ComputePrecision(ScalarType.Float64);
        using (outer.Use())
        {
            FluentActions.Invoking(() => FailWithin(inner)).Should().ThrowExactly<FormatException>();
            Assert.Equal(ScalarType.BFloat16, ComputePrecision.Of(ones(1)).dtype);
            FluentActions.Invoking(() => { outer.Use(); }).Should().ThrowExactly<InvalidOperationException>();
        }
        Assert.False(ComputePrecision.IsActive);
    }

    private static void FailWithin(ComputePrecision precision)
    {
        using var use = precision.Use();
        Assert.Equal(ScalarType.Float64, ComputePrecision.Of(ones(1)).dtype);
        throw new FormatException();
    }
}
