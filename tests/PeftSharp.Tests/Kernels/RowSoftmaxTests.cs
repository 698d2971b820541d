using PeftSharp.Kernels;

namespace PeftSharp.Tests.Kernels;

/// <summary>The shared softmax is that of float64 for every row length, with scale and mask.</summary>
public sealed unsafe class RowSoftmaxTests
{
    [Theory, InlineData(1), InlineData(7), InlineData(8), InlineData(9), InlineData(131)]
    public void The_softmax_is_that_of_float64(int count)
    {
        const float scale = 0.125f;
        var scores = Enumerable.Range(0, count).Select(i => 40 * MathF.Sin(i)).ToArray();
        var mask = Enumerable.Range(0, count).Select(i => i % 5 == 4 ? float.NegativeInfinity : 0).ToArray();
        var row = new float[Lanes.RoundUp(count)];
        float max, sum;
        fixed (float* from = scores, hidden = mask, buffer = row)
        {
            max = RowSoftmax.Load(from, hidden, scale, count, buffer);
            sum = RowSoftmax.Exponentiate(buffer, count, max);
        }
        var exact = scores.Zip(mask, (score, hide) => Math.Exp((double)score * scale + hide)).ToArray();
        Assert.Equal(scores.Zip(mask, (score, hide) => score * scale + hide).Max(), max);
        for (var i = 0; i < count; i++) ((double)(row[i] / sum)).Should().BeApproximately(exact[i] / exact.Sum(), 1e-6);
        row[count..].Should().Equal(new float[row.Length - count], "the padding is zero");
    }

    [Fact]
    public void A_row_whose_elements_are_all_masked_has_a_maximum_of_negative_infinity()
    {
        var scores = stackalloc float[3] { 1, 2, 3 };
        var mask = stackalloc float[3] { float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity };
        var buffer = stackalloc float[Lanes.Count];
        Assert.Equal(float.NegativeInfinity, RowSoftmax.Load(scores, mask, 1, 3, buffer));
    }

    [Fact]
    public void A_buffer_that_the_caller_filled_is_padded_to_whole_vectors()
    {
        var row = Enumerable.Repeat(1f, 16).ToArray();
        fixed (float* buffer = row) RowSoftmax.Pad(buffer, 11);
        row.Should().Equal(Enumerable.Repeat(1f, 11).Concat(Enumerable.Repeat(float.NegativeInfinity, 5)));
    }
}
