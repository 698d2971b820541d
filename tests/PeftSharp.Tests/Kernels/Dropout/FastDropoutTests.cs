using PeftSharp.Kernels;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Kernels;

/// <summary>The mask is bit-identical to libtorch's, and libtorch's generator ends in the same state.</summary>
[AllThreads]
public sealed class FastDropoutTests
{
    public static TheoryData<int[], double, ScalarType, int> Cases
    {
        get
        {
            var cases = new TheoryData<int[], double, ScalarType, int>();
            foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
                foreach (var drawnBefore in new[] { 0, 1, 2, 623, 624, 1001 })    // odd numbers of words leave an element across two blocks
                    foreach (var (shape, probability) in new[]
                    {
                        (new[] { 1 }, 0.1), ([7], 0.5), ([16, 12, 33, 33], 0.1), ([3, 311], 0.9), ([5, 1000], 0.3),
                    })
                        cases.Add(shape, probability, type, drawnBefore);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_mask_the_gradient_and_the_generator_are_those_of_libtorch(
        int[] shape, double probability, ScalarType type, int drawnBefore)
    {
        using var scope = NewDisposeScope();
        var x = randn(Array.ConvertAll(shape, side => (long)side)).to(type).requires_grad_();
        var (plain, plainGradient, plainState) = Run(() => nn.functional.dropout(x, probability, training: true), x, drawnBefore);
        var (fast, fastGradient, fastState) = Run(() => FastDropout.Apply(x, probability), x, drawnBefore);
        Assert.True(plain.equal(fast).all().item<bool>());
        Assert.True(plainGradient.equal(fastGradient).all().item<bool>());
        fastState.bytes.ToArray().Should().Equal(plainState.bytes.ToArray());
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void The_mask_is_libtorchs_for_any_number_of_threads(int threads)
    {
        const int count = 600_001;
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            manual_seed(5);
            var plain = empty(count).bernoulli_(0.7);
            var plainState = random.get_rng_state();
            manual_seed(5);
            var bits = BernoulliMask.Draw(count, 0.7).bytes.ToArray();
            random.get_rng_state().bytes.ToArray().Should().Equal(plainState.bytes.ToArray());
            var kept = plain.data<float>().ToArray();
            Enumerable.Range(0, count).Should().NotContain(i => kept[i] != (bits[i / 8] >> (i % 8) & 1));
        }
        finally { set_num_threads(before); }
    }

    [Fact]
    public void If_the_upper_bits_equal_the_threshold_the_lower_bits_decide()
    {
        const int count = 331;                                                                // more than a block of words
        using var scope = NewDisposeScope();
        manual_seed(5);
        var numbers = rand(count, ScalarType.Float64).data<double>().ToArray();               // of the same two words each, 53 bits
        for (var i = 0; i < count; i++)
        {
            Assert.False(IsKept(i, numbers[i]));                                              // below itself it is not,
            Assert.True(IsKept(i, numbers[i] + Math.ScaleB(1, -53)));                         // below the next number it is
        }

        static bool IsKept(int element, double keep)
        {
            manual_seed(5);
            using var bits = BernoulliMask.Draw(count, keep);
            return (bits.bytes[element / 8] >> (element % 8) & 1) == 1;
        }
    }

    [Fact]
    public void The_mask_of_a_transposed_tensor_follows_its_memory_order()
    {
        using var scope = NewDisposeScope();
        var x = randn(6, 50, 20).transpose(0, 2);
        manual_seed(3);
        var plain = nn.functional.dropout(x, 0.4, training: true);
        manual_seed(3);
        Assert.True(plain.equal(FastDropout.Apply(x, 0.4)).all().item<bool>());
    }

    [Fact]
    public void Turned_off_it_uses_libtorch()
    {
        using var scope = NewDisposeScope();
        using (new PathSwitch(nameof(FastPaths.Dropout))) Assert.False(BernoulliMask.CanRun(ones(3)));
        using (new PathSwitch(nameof(FastPaths.Dropout), isOn: true)) Assert.Equal(Lanes.IsFast, BernoulliMask.CanRun(ones(3)));
    }

    private static (Tensor Output, Tensor Gradient, Tensor State) Run(Func<Tensor> dropout, Tensor x, int drawnBefore)
    {
        manual_seed(11);
        using var drawn = empty(drawnBefore, ScalarType.Int32).random_(0, 100);               // one word each
        var output = dropout();
        x.grad = null;
        output.sum().backward();
        return (output, x.grad!.clone(), random.get_rng_state());
    }
}
