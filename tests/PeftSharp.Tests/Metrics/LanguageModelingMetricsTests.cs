using PeftSharp.Metrics;

namespace PeftSharp.Tests.Metrics;

public sealed class LanguageModelingMetricsTests
{
    [Fact]
    public void Perplexity_is_the_number_of_equally_likely_tokens()
    {
        Assert.Equal(1, LanguageModelingMetrics.Perplexity(0));
        LanguageModelingMetrics.Perplexity(Math.Log(50257)).Should().BeApproximately(50257, 1e-8);               // a guess among all tokens
        double[] probabilities = [0.5, 0.1, 0.25];
        LanguageModelingMetrics.Perplexity(-probabilities.Average(Math.Log))
            .Should().BeApproximately(Math.Pow(1 / (0.5 * 0.1 * 0.25), 1.0 / 3), 1e-12);   // the geometric mean of 1/p
        Assert.Equal(double.PositiveInfinity, LanguageModelingMetrics.Perplexity(double.PositiveInfinity));
    }

    [Fact]
    public void The_perplexity_of_a_NaN_loss_is_an_error() =>
        FluentActions.Invoking(() => LanguageModelingMetrics.Perplexity(double.NaN))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("NaN");
}
