using System.Runtime.InteropServices;
using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>
/// An exception in C# code that libtorch calls during the backward pass reaches the caller of the backward pass; the process and later
/// passes are not affected.
/// </summary>
[AllThreads]
public sealed class GradientFunctionTests
{
    [Theory]
    [InlineData(new long[] { 2, 3 }), InlineData(new long[] { 5 }), InlineData(new long[] { 1 }), InlineData(new long[0]),
        InlineData(new long[] { 1, 1 })]
    public void An_exception_of_a_backward_pass_is_the_inner_exception_of_TorchSharps_backward(long[] shape)
    {
        using var scope = NewDisposeScope();
        var x = ones(shape).requires_grad_();
        var error = FluentActions.Invoking(() => Failing.apply(x, "first").sum().backward())
            .Should().ThrowExactly<ExternalException>().Which;
        error.InnerException.Should().BeOfType<InvalidTimeZoneException>().Which.Message.Should().Be("first");
        error.Message.Should().ContainAll(nameof(Failing), "first");
    }

    [Fact]
    public void The_trainers_backward_pass_throws_the_exception_itself()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var error = FluentActions.Invoking(() => SavedTensors.BackwardOnce((Failing.apply(x, "second") * 2).sum()))
            .Should().ThrowExactly<InvalidTimeZoneException>().Which;
        error.Message.Should().Be("second");
        error.StackTrace.Should().Contain(nameof(Failing));
        Assert.False(SavedTensors.AreReadOnce);
    }

    [Fact]
    public void A_later_backward_pass_is_not_affected()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        FluentActions.Invoking(() => SavedTensors.BackwardOnce(Failing.apply(x, "third").sum())).Should().Throw<Exception>();
        Assert.Null(x.grad);
        (x * 3).sum().backward();
        x.grad!.data<float>().ToArray().Should().Equal(Enumerable.Repeat(3f, 6));
        FluentActions.Invoking(() => ones(2).backward())                    // libtorch's own error is not changed
            .Should().ThrowExactly<ExternalException>().Which.InnerException.Should().BeNull();
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
        FluentActions.Invoking(() => SavedTensors.BackwardOnce(nested.sum()))
            .Should().ThrowExactly<InvalidTimeZoneException>().Which.Message.Should().Be("inner");
    }

    [Fact]
    public void Backward_passes_of_several_threads_each_throw_their_own_exception()
    {
        var messages = new string[8];
        Parallel.For(0, messages.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, number =>
        {
            using var scope = NewDisposeScope();
            var x = ones(2, 3).requires_grad_();
            var error = FluentActions.Invoking(() => Failing.apply(x, $"number {number}").sum().backward())
                .Should().ThrowExactly<ExternalException>().Which;
            messages[number] = error.InnerException!.Message;
        });
        messages.Should().Equal(Enumerable.Range(0, messages.Length).Select(number => $"number {number}"));
    }

    [Fact]
    public void A_second_backward_pass_after_the_only_one_throws_with_the_reason()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        var loss = Nesting.apply(x, (Action)(() => { })).sum();
        SavedTensors.BackwardOnce(loss);
        FluentActions.Invoking(() => SavedTensors.BackwardOnce(loss)).Should().Throw<Exception>();
    }

    [Fact]
    public void An_exception_of_a_forward_pass_is_thrown_as_it_is()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3).requires_grad_();
        FluentActions.Invoking(() => FailingForward.apply(x))
            .Should().ThrowExactly<InvalidTimeZoneException>().Which.Message.Should().Be("forward");
        Assert.True(is_grad_enabled());
    }

    private sealed class Failing : GradientFunction<Failing>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            (save, keep) = ([], arguments[1]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) =>
            throw new InvalidTimeZoneException((string)kept!);
    }

    private sealed class FailingForward : GradientFunction<FailingForward>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep) =>
            throw new InvalidTimeZoneException("forward");

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
