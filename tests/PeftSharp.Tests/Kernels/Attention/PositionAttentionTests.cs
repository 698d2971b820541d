using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Fused attention with scores of relative positions has the output and the gradients of libtorch's separate operations.</summary>
[AllThreads]
public sealed class PositionAttentionTests : IDisposable
{
    private const int Batch = 3, Heads = 2, Width = 5;
    private const double Scale = 0.3;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(9, 0.3, false, ScalarType.Float32, 3e-6), InlineData(9, 0, false, ScalarType.Float32, 3e-6)]
    [InlineData(9, 0.3, true, ScalarType.Float32, 3e-6), InlineData(8, 0, true, ScalarType.Float32, 3e-6)]
    [InlineData(40, 0.1, true, ScalarType.Float32, 5e-6), InlineData(9, 0.3, true, ScalarType.BFloat16, 4e-2)]
    public void Output_gradients_and_generator_are_those_of_separate_operations(
        int tokens, double dropout, bool hasPadding, ScalarType type, double tolerance)
    {
        if (!Lanes.IsFast) return;
        var (inputs, mask, read) = Inputs(tokens, tokens, hasPadding, type);
        var rows = read?.reshape(Batch, tokens).to(ScalarType.Float32);
        AssertSame(Run(inputs, x => Separate(x, mask, read, dropout)), Run(inputs, x =>
            TrainingAttention.ApplyWithPositions(x[0], x[1], x[2], x[3], x[4], mask, rows, Scale, dropout, tokens)), tolerance);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void The_first_query_alone_has_the_result_that_it_has_among_all(bool hasPadding)
    {
        if (!Lanes.IsFast) return;
        const int tokens = 9;
        var (inputs, mask, read) = Inputs(tokens, tokens, hasPadding, ScalarType.Float32);
        var all = Run(inputs, x => Separate(x, mask, read, 0.3).narrow(2, 0, 1));
        var first = Run(inputs, x => TrainingAttention.ApplyWithPositions(x[0].narrow(2, 0, 1), x[1], x[2], Rows(x[3]), Rows(x[4]),
            mask?.narrow(2, 0, 1), read?.reshape(Batch, tokens).narrow(1, 0, 1).contiguous(), Scale, 0.3, tokens));
        AssertSame(all, first, 3e-6);

        // The positions of the first query, and one more, which is not used.
        static Tensor Rows(Tensor positions) => positions.narrow(1, tokens - 1, tokens + 1);
    }

    [Fact]
    public void Without_gradients_the_output_is_the_same()
    {
        if (!Lanes.IsFast) return;
        var (inputs, mask, read) = Inputs(9, 9, hasPadding: true, ScalarType.Float32);
        using var free = no_grad();
        Close.Equal(Separate(inputs, mask, read, 0), TrainingAttention.ApplyWithPositions(
            inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], mask, read!.reshape(Batch, 9), Scale, 0, 9), 3e-6, "output");
    }

    [Fact]
    public void Its_switch_turns_it_off()
    {
        using (new PathSwitch(nameof(FastPaths.Attention), isOn: true))
            TrainingAttention.CanRunWithPositions(ones(1, 1, 2, 2), 0).Should().Be(Lanes.IsFast);
        using (new PathSwitch(nameof(FastPaths.Attention))) TrainingAttention.CanRunWithPositions(ones(1, 1, 2, 2), 0).Should().BeFalse();
    }

    private static Tensor Separate(Tensor[] x, Tensor? mask, Tensor? read, double dropout)
    {
        var tokens = x[0].shape[2];
        var places = arange(tokens, ScalarType.Int64);
        var rows = (places.unsqueeze(0) - places.unsqueeze(1) + tokens - 1).expand(Batch, Heads, tokens, tokens);       // [query, key]
        var contentToPosition = x[0].matmul(x[3].transpose(1, 2)).gather(3, rows);
        var positionToContent = x[1].matmul(x[4].transpose(1, 2)).gather(3, rows.transpose(2, 3)).transpose(2, 3);
        var scores = (x[0].matmul(x[1].transpose(2, 3)) + contentToPosition + positionToContent) * Scale;
        if (read is not null) scores = scores * read;
        if (mask is not null) scores = scores + mask;
        var probabilities = functional.softmax(scores, -1);
        return (dropout > 0 ? functional.dropout(probabilities, dropout, training: true) : probabilities).matmul(x[2]);
    }

    private static (Tensor[] Inputs, Tensor? Mask, Tensor? Read) Inputs(int queries, int tokens, bool hasPadding, ScalarType type)
    {
        manual_seed(4);
        // Strided as the heads of a layer are.
        Tensor[] content = [.. Enumerable.Range(0, 3).Select(_ => randn(Batch, tokens, Heads, Width).to(type).transpose(1, 2))];
        Tensor[] positions = [.. Enumerable.Range(0, 2).Select(_ => randn(queries + tokens, Heads, Width).to(type).transpose(0, 1))];
        if (!hasPadding) return ([.. content, .. positions], null, null);
        var read = ones(Batch, 1, tokens, 1);
        read[1, 0, TensorIndex.Slice(4)] = 0;
        var hidden = read.transpose(2, 3).eq(0).logical_and(read.ne(0));
        return ([.. content, .. positions], zeros(hidden.shape).masked_fill(hidden, double.NegativeInfinity).to(type), read.to(type));
    }

    private static Tensor[] Run(Tensor[] inputs, Func<Tensor[], Tensor> attention)
    {
        Tensor[] learned = [.. inputs.Select(x => x.detach().clone().requires_grad_())];
        manual_seed(11);
        var output = attention(learned);
        output.backward([linspace(-1, 1, output.numel()).reshape(output.shape).to(output.dtype)]);
        return [output, .. learned.Select(x => x.grad!), random.get_rng_state()];
    }

    private static void AssertSame(Tensor[] expected, Tensor[] actual, double tolerance)
    {
        string[] names = ["output", "query", "key", "value", "keys of positions", "queries of positions"];
        foreach (var (name, e, a) in names.Zip(expected, actual)) Close.Equal(e, a, tolerance, name);
        actual[^1].bytes.ToArray().Should().Equal(expected[^1].bytes.ToArray());
    }
}
