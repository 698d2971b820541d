using System.Runtime.InteropServices;
using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>An exception in C# code that libtorch calls during the backward pass reaches the caller of the backward pass; the process and later passes go on.</summary>
public sealed class GradientFunctionTests
{
    [Theory]
    [InlineData(new long[] { 2, 3 }), InlineData(new long[] { 5 }), InlineData(new long[] { 1 }), InlineData(new long[0]), InlineData(new long[] { 1, 1 })]
    public void An_exception_of_a_backward_pass_is_the_inner_exception_of_TorchSharps_backward(long[] shape)
    {
        using var scope = NewDisposeScope();
        var x = ones(shape).requires_grad_();
        var error = Assert.Throws<ExternalException>(() => Failing.apply(x, "first").sum().backward());
        Assert.Equal("first", Assert.IsType<InvalidTimeZoneException>(error.InnerException).Message);
        Assert.Contains(nameof(Failing), error.Message, StringComparison.Ordinal);
        Assert.Contains("first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_trainers_backward_pass_throws_the_exception_itself()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var error = Assert.Throws<InvalidTimeZoneException>(() => SavedTensors.BackwardOnce((Failing.apply(x, "second") * 2).sum()));
        Assert.Equal("second", error.Message);
        Assert.Contains(nameof(Failing), error.StackTrace, StringComparison.Ordinal);
        Assert.False(SavedTensors.AreReadOnce);
    }

    [Fact]
    public void A_later_backward_pass_is_not_affected()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        Assert.ThrowsAny<Exception>(() => SavedTensors.BackwardOnce(Failing.apply(x, "third").sum()));
        Assert.Null(x.grad);
        (x * 3).sum().backward();
        Assert.Equal(Enumerable.Repeat(3f, 6), x.grad!.data<float>().ToArray());
        var other = Assert.Throws<ExternalException>(() => ones(2).backward());           // libtorch's own error keeps its words
        Assert.Null(other.InnerException);
    }

    [Fact]
    public void A_backward_pass_within_a_backward_pass_passes_its_exception_on()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var nested = Nesting.apply(x, (Action)(() =>
        {
            using var on = enable_grad();
            var y = ones(4).requires_grad_();
            SavedTensors.BackwardOnce(Failing.apply(y, "inner").sum());
        }));
        Assert.Equal("inner", Assert.Throws<InvalidTimeZoneException>(() => SavedTensors.BackwardOnce(nested.sum())).Message);
    }

    [Fact]
    public void Backward_passes_of_several_threads_each_throw_their_own_exception()
    {
        var messages = new string[8];
        Parallel.For(0, messages.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, number =>
        {
            using var scope = NewDisposeScope();
            var x = ones(2, 3).requires_grad_();
            var error = Assert.Throws<ExternalException>(() => Failing.apply(x, $"number {number}").sum().backward());
            messages[number] = error.InnerException!.Message;
        });
        Assert.Equal(Enumerable.Range(0, messages.Length).Select(number => $"number {number}"), messages);
    }

    [Fact]
    public void A_second_pass_through_what_was_read_once_is_refused_with_a_reason()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var loss = Nesting.apply(x, (Action)(() => { })).sum();
        SavedTensors.BackwardOnce(loss);
        Assert.ThrowsAny<Exception>(() => SavedTensors.BackwardOnce(loss));
    }

    [Fact]
    public void An_exception_of_a_forward_pass_is_thrown_as_it_is()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        Assert.Equal("forward", Assert.Throws<InvalidTimeZoneException>(() => FailingForward.apply(x)).Message);
        Assert.True(is_grad_enabled());
    }

    private sealed class Failing : GradientFunction<Failing>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            (save, keep) = ([], arguments[1]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) => throw new InvalidTimeZoneException((string)kept!);
    }

    private sealed class FailingForward : GradientFunction<FailingForward>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep) => throw new InvalidTimeZoneException("forward");

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) => [gradient];
    }

    private sealed class Nesting : GradientFunction<Nesting>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            (save, keep) = ([((Tensor)arguments[0]).alias()], arguments[1]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            ((Action)kept!)();
            return [gradient.clone(), null];
        }
    }
}
