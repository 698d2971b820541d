using System.Runtime.Intrinsics;
using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Kernels;

/// <summary>Fused attention has the output and gradients of libtorch and leaves its generator in the same state.</summary>
[AllThreads]
public sealed class TrainingAttentionTests : IDisposable
{
    private const int Batch = 3, Heads = 2, Tokens = 9, Width = 5;
    private const double Probability = 0.3;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private Tensor? _learnedMask;

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("none", ScalarType.Float32, 2e-6), InlineData("causal", ScalarType.Float32, 2e-6),
        InlineData("padding", ScalarType.Float32, 2e-6)]
    [InlineData("each query", ScalarType.Float32, 2e-6), InlineData("a text unread", ScalarType.Float32, 2e-6),
        InlineData("left padding", ScalarType.Float32, 2e-6)]
    [InlineData("none", ScalarType.BFloat16, 3e-2), InlineData("causal", ScalarType.BFloat16, 3e-2),
        InlineData("padding", ScalarType.BFloat16, 3e-2)]
    public void Output_gradients_and_generator_are_those_of_libtorch(string kind, ScalarType type, double tolerance)
    {
        var (inputs, mask, isCausal) = (Inputs(type), Mask(kind)?.to(type), kind == "causal");
        var plain = Run(inputs, (q, k, v) => functional.scaled_dot_product_attention(q, k, v, mask, Probability, is_casual: isCausal));
        var fast = Run(inputs, (q, k, v) => TrainingAttention.Apply(q, k, v, mask, isCausal, Probability, Tokens));
        AssertSame(plain, fast, tolerance);
    }

    [Theory]
    [InlineData("none", ScalarType.Float32, 2e-6), InlineData("causal", ScalarType.Float32, 2e-6),
        InlineData("each query", ScalarType.Float32, 2e-6), InlineData("left padding", ScalarType.Float32, 2e-6)]
    [InlineData("none", ScalarType.BFloat16, 3e-2), InlineData("causal", ScalarType.BFloat16, 3e-2),
        InlineData("padding", ScalarType.BFloat16, 3e-2)]
    public void Without_dropout_output_and_gradients_are_those_of_libtorch(string kind, ScalarType type, double tolerance)
    {
        var (inputs, mask, isCausal) = (Inputs(type), Mask(kind)?.to(type), kind == "causal");
        var plain = Run(inputs, (q, k, v) => functional.scaled_dot_product_attention(q, k, v, mask, 0, is_casual: isCausal));
        var fast = Run(inputs, (q, k, v) => TrainingAttention.Apply(q, k, v, mask, isCausal, 0, Tokens));
        AssertSame(plain, fast, tolerance);
    }

    [Theory]
    [InlineData("none"), InlineData("causal"), InlineData("padding")]
    public void Larger_strided_heads_have_libtorchs_output_and_gradients(string kind)
    {
        const int tokens = 75, width = 40;
        manual_seed(4);
        // A copy keeps the order.
        Tensor[] parts = [.. Enumerable.Range(0, 3).Select(_ => randn([Batch, tokens, Heads, width]).transpose(1, 2))];
        var mask = kind == "padding" ? zeros(Batch, 1, 1, tokens) : null;
        if (mask is not null) mask[1, 0, 0, TensorIndex.Slice(50)] = double.NegativeInfinity;
        var plain = Run(
            parts, (q, k, v) => functional.scaled_dot_product_attention(q, k, v, mask, Probability, is_casual: kind == "causal"));
        var fast = Run(parts, (q, k, v) => TrainingAttention.Apply(q, k, v, mask, kind == "causal", Probability, tokens));
        AssertSame(plain, fast, 5e-6);
    }

    [Theory]
    [InlineData(Batch, Heads, Tokens), InlineData(1, Heads, Tokens), InlineData(Batch, 1, 1), InlineData(1, Heads, Tokens, 0)]
    public void A_learned_mask_has_the_gradient_of_libtorch(int batch, int heads, int queries, double dropout = Probability)
    {
        Tensor[] inputs = [.. Inputs(ScalarType.Float32), randn(batch, heads, queries, Tokens)];
        var plain = Run(
            inputs, (q, k, v) => functional.scaled_dot_product_attention(q, k, v, _learnedMask, dropout));
        var fast = Run(inputs, (q, k, v) => TrainingAttention.Apply(q, k, v, _learnedMask, false, dropout, Tokens));
        AssertSame(plain, fast, 5e-6);
        Close.Equal(plain[4], fast[4], 5e-6, "gradient of the mask");
    }

    [Theory]
    [InlineData("none"), InlineData("padding"), InlineData("each query")]
    public void The_first_query_alone_has_the_result_that_it_has_among_all(string kind)
    {
        var (inputs, mask) = (Inputs(ScalarType.Float32), Mask(kind));
        var firstMask = mask?.shape[2] > 1 ? mask.narrow(2, 0, 1) : mask;
        var plain = Run(inputs, (q, k, v) => functional.scaled_dot_product_attention(q, k, v, mask, Probability).narrow(2, 0, 1));
        var fast = Run(inputs, (q, k, v) => TrainingAttention.Apply(q.narrow(2, 0, 1), k, v, firstMask, false, Probability, Tokens));
        AssertSame(plain, fast, 2e-6);
    }

    [Fact]
    public void Without_gradients_dropout_or_its_switch_it_is_not_used()
    {
        var learned = ones(1, 1, 2, 2).requires_grad_();
        using var dropout = new PathSwitch(nameof(FastPaths.Dropout), isOn: true);
        using var attention = new PathSwitch(nameof(FastPaths.Attention), isOn: true);
        Assert.Equal(Lanes.IsFast, TrainingAttention.CanRun(learned, learned, learned, 0.1));
        Assert.False(TrainingAttention.CanRun(learned, learned, learned, 0));
        var bfloat16 = ones(1, 1, 2, 2, ScalarType.BFloat16).requires_grad_();
        Assert.Equal(Lanes.IsFast && Vector512.IsHardwareAccelerated, TrainingAttention.CanRun(bfloat16, bfloat16, bfloat16, 0));
        Assert.False(TrainingAttention.CanRun(learned.detach(), learned.detach(), learned.detach(), 0.1));
        using (no_grad()) Assert.False(TrainingAttention.CanRun(learned, learned, learned, 0.1));
        using (new PathSwitch(nameof(FastPaths.Attention))) Assert.False(TrainingAttention.CanRun(learned, learned, learned, 0.1));
    }

    private static Tensor[] Inputs(ScalarType type)
    {
        manual_seed(4);
        return [.. Enumerable.Range(0, 3).Select(_ => randn(Batch, Heads, Tokens, Width).to(type))];
    }

    private static Tensor? Mask(string kind)
    {
        var read = ones(Batch, 1, 1, Tokens, ScalarType.Bool);
        switch (kind)
        {
            case "padding": read[1, 0, 0, TensorIndex.Slice(4)] = false; break;
            case "a text unread": read[1] = false; break;
            case "each query": read = rand(Batch, 1, Tokens, Tokens).gt(0.4).logical_or(eye(Tokens, dtype: ScalarType.Bool)); break;
            case "left padding":                                             // a causal language model's: the padding sees nothing at all
                read[2, 0, 0, TensorIndex.Slice(0, 3)] = false;
                read = read.logical_and(ones(Tokens, Tokens, ScalarType.Bool).tril());
                break;
            default: return null;
        }
        return zeros(read.shape).masked_fill(read.logical_not(), double.NegativeInfinity);
    }

    private Tensor[] Run(Tensor[] inputs, Func<Tensor, Tensor, Tensor, Tensor> attention)
    {
        Tensor[] learned = [.. inputs.Select(x => x.detach().clone().requires_grad_())];
        _learnedMask = learned.ElementAtOrDefault(3);
        manual_seed(11);
        var output = attention(learned[0], learned[1], learned[2]);
        output.backward([linspace(-1, 1, output.numel()).reshape(output.shape).to(output.dtype)]);
        return [output, .. learned.Select(x => x.grad!), random.get_rng_state()];
    }

    private static void AssertSame(Tensor[] expected, Tensor[] actual, double tolerance)
    {
        foreach (var (name, e, a) in new[]
        {
            "output", "gradient of the query", "gradient of the key", "gradient of the value",
        }.Zip(expected, actual))
        {
            isfinite(e).all().item<bool>().Should().BeTrue("libtorch's {0} is finite", name);
            Close.Equal(e, a, tolerance, name);
        }
        actual[^1].bytes.ToArray().Should().Equal(expected[^1].bytes.ToArray());
    }
}
