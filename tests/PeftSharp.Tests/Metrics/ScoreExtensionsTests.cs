using PeftSharp.Metrics;

namespace PeftSharp.Tests.Metrics;

public class ScoreExtensionsTests
{
    [Fact]
    public void The_largest_score_of_each_row_wins_and_the_first_of_equals()
    {
        float[] scores = [0.1f, 0.9f, 0.3f, 2f, 2f, -1f, -5f, -4f, -3f];
        scores.ArgMax(classes: 3).Should().Equal(1, 0, 2);
        new float[,] { { 1, 2, 0 }, { 3, 3, 3 } }.ArgMax().Should().Equal(1, 0);
    }

    [Fact]
    public void A_NaN_counts_as_largest_as_in_numpy() =>
        new[] { 1f, float.NaN, 9f, float.NaN, float.NaN, 1f }.ArgMax(classes: 3).Should().Equal(1, 0);

    [Fact]
    public void Probabilities_of_a_row_are_its_normalized_exponentials_however_large_the_scores()
    {
        var probabilities = new[] { 0f, (float)Math.Log(3), 1000f, 1000f }.Softmax(classes: 2);
        probabilities.Should().Equal([0.25f, 0.75f, 0.5f, 0.5f], (a, b) => Math.Abs(a - b) < 1e-6);      // float32: log 3 is rounded
    }

    [Fact]
    public void The_sigmoid_is_the_softmax_of_a_score_beside_zero_and_has_no_overflow()
    {
        float[] scores = [0f, (float)Math.Log(3), -1000f, 1000f, 2.5f];
        var pairs = scores.SelectMany(score => new[] { score, 0f }).ToArray().Softmax(classes: 2);
        scores.Sigmoid().Should().Equal(Enumerable.Range(0, scores.Length).Select(i => pairs[2 * i]), (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.True(float.IsNaN(new[] { float.NaN }.Sigmoid()[0]));
    }

    [Fact]
    public void Scores_that_do_not_fill_complete_rows_are_an_error()
    {
        FluentActions.Invoking(() => new float[5].ArgMax(classes: 3))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("5 scores");
        FluentActions.Invoking(() => new float[5].Softmax(classes: 0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Perplexity_of_a_uniform_guess_is_the_number_of_choices()
    {
        // The exponential amplifies the last bit of the logarithm by 50257.
        LanguageModelingMetrics.Perplexity(Math.Log(50257)).Should().BeApproximately(50257, 1e-7);
        Assert.Equal(double.PositiveInfinity, LanguageModelingMetrics.Perplexity(1000));
        FluentActions.Invoking(() => LanguageModelingMetrics.Perplexity(double.NaN)).Should().ThrowExactly<ArgumentException>();
    }
}
