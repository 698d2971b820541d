using PeftSharp.Kernels;
using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>The chunked loss and its gradients are those of cross entropy over all logits.</summary>
[AllThreads]
public sealed class LinearCrossEntropyTests : IDisposable
{
    private const int Hidden = 6;
    private const long Ignored = -100;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(7, 11, 0, true, 1.0)]
    [InlineData(7, 11, 3, true, 1.0)]
    [InlineData(7, 11, 7, true, 1.0)]                       // every row is ignored
    [InlineData(7, 11, 2, false, 1.0)]                      // a frozen table
    [InlineData(7, 11, 2, true, -2.5)]                      // as part of a larger loss
    [InlineData(450, 40_000, 5, true, 1.0)]                 // three chunks, the last one smaller
    [InlineData(1, 3, 0, true, 1.0)]
    public void Loss_and_gradients_are_those_of_cross_entropy(int rows, int classes, int ignoredRows, bool isTableTrained, double factor)
    {
        manual_seed(5);
        var (states, table) = (randn(rows, Hidden), randn(classes, Hidden));
        var targets = randint(0, classes, [rows], dtype: ScalarType.Int64);
        if (ignoredRows > 0) targets[TensorIndex.Slice(0, ignoredRows)] = Ignored;
        const double items = 9;                             // of a whole group of batches, not of this one
        var plain = Run(states, table, isTableTrained, factor,
            (s, t) => functional.cross_entropy(functional.linear(s, t), targets, ignore_index: Ignored, reduction: Reduction.Sum) / items);
        var fast = Run(states, table, isTableTrained, factor, (s, t) => LinearCrossEntropy.Apply(s, t, targets, items, Ignored));
        Close.Equal(plain.Loss, fast.Loss, 1e-6, "loss");
        Close.Equal(plain.States, fast.States, 2e-5, "gradient of the states");          // sums of up to 40 000 products
        if (isTableTrained) Close.Equal(plain.Table!, fast.Table!, 2e-5, "gradient of the table");
        else Assert.Null(fast.Table);
        using (no_grad())
            Close.Equal(plain.Loss, LinearCrossEntropy.Apply(states, table, targets, items, Ignored), 1e-6, "loss without gradients");
    }

    [Fact]
    public void In_bfloat16_the_loss_is_float32_and_the_gradients_are_of_the_states_type()
    {
        manual_seed(5);
        var (states, table, targets) = (randn(20, Hidden), randn(30, Hidden), randint(0, 30, [20], dtype: ScalarType.Int64));
        var plain = Run(
            states, table, true, 1, (s, t) => functional.cross_entropy(functional.linear(s, t), targets, reduction: Reduction.Sum) / 20);
        var fast = Run(states.to(ScalarType.BFloat16), table.to(ScalarType.BFloat16), true, 1,
            (s, t) => LinearCrossEntropy.Apply(s, t, targets, 20, Ignored));
        Assert.Equal(
            (ScalarType.Float32, ScalarType.BFloat16, ScalarType.BFloat16), (fast.Loss.dtype, fast.States.dtype, fast.Table!.dtype));
        Close.Equal(plain.Loss, fast.Loss, 1e-2, "loss");
        Close.Equal(plain.States, fast.States, 3e-2, "gradient of the states");
        Close.Equal(plain.Table!, fast.Table, 3e-2, "gradient of the table");
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_head_gives_the_same_loss_and_the_same_errors_by_rows_and_by_all_scores(bool isFast)
    {
        manual_seed(5);
        var (states, table) = (randn(2, 4, Hidden), randn(11, Hidden));
        var labels = randint(0, 11, [2, 4], dtype: ScalarType.Int64);
        using var path = new PathSwitch(nameof(FastPaths.LinearCrossEntropy), isFast);
        Close.Equal(functional.cross_entropy(functional.linear(states, table).view(8, 11), labels.view(8)),
            Losses.LinearCrossEntropy(states, table, labels, null), 1e-6, "mean");
        Losses.LinearCrossEntropy(states, table, full_like(labels, Ignored), null).item<float>()
            .Should().Be(float.NaN, "the mean over no labels is NaN, as in PyTorch");
        FluentActions.Invoking(() => Losses.LinearCrossEntropy(states, table, labels.narrow(1, 0, 3), null))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("[2, 3]");
        FluentActions.Invoking(() => Losses.LinearCrossEntropy(states, table, labels + 11, null)).Should().ThrowExactly<DatasetException>();
    }

    private static (Tensor Loss, Tensor States, Tensor? Table) Run(
        Tensor states, Tensor table, bool isTableTrained, double factor, Func<Tensor, Tensor, Tensor> loss)
    {
        var (s, t) = (states.clone().requires_grad_(), table.clone().requires_grad_(isTableTrained));
        var value = loss(s, t);
        (value * factor).backward();
        return (value, s.grad!, t.grad);
    }
}
