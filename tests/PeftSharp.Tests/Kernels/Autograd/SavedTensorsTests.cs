using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>A custom function frees its saved tensors during the only backward pass, as libtorch's functions do.</summary>
[AllThreads]
public sealed class SavedTensorsTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Saved_tensors_last_for_the_graph_or_for_its_only_backward_pass(bool once)
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        WeakReference? numbers = null;
        bool? isAlive = null;
        var before = Looking.apply(x, () =>                            // when its turn comes, the function after it is done
        {
            GC.Collect();
            isAlive = numbers!.IsAlive;
        });
        (var loss, numbers) = Keep(before);
        if (once) SavedTensors.BackwardOnce(loss);
        else loss.backward();
        Assert.Equal(!once, isAlive);
        x.grad!.data<float>().ToArray().Should().Equal(1f, 1f, 1f);
        Assert.False(SavedTensors.AreReadOnce);
    }

    private static (Tensor Loss, WeakReference Numbers) Keep(Tensor x)
    {
        using var scope = NewDisposeScope();
        var numbers = new float[1000];
        return (Keeping.apply(x, numbers).sum().MoveToOuterDisposeScope(), new(numbers));
    }

    private sealed class Keeping : GradientFunction<Keeping>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            (save, keep) = ([frombuffer((float[])arguments[1], ScalarType.Float32)], null);        // holds the array while it lives
            return ((Tensor)arguments[0]).clone();
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient) => [gradient.clone(), null];
    }

    private sealed class Looking : GradientFunction<Looking>
    {
        protected override Tensor Forward(object[] arguments, out Tensor[] save, out object? keep)
        {
            (save, keep) = ([], arguments[1]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override Tensor?[] Backward(IReadOnlyList<Tensor> saved, object? kept, Tensor gradient)
        {
            ((Action)kept!)();
            return [gradient.clone(), null];
        }
    }
}
