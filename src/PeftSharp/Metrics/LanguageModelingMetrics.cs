namespace PeftSharp.Metrics;

/// <summary>Metrics of language models.</summary>
public static class LanguageModelingMetrics
{
    /// <summary>Returns the perplexity: e to the power of the mean loss.</summary>
    /// <param name="meanLoss">The mean cross-entropy per token, in nats, such as <c>eval_loss</c> of an evaluation.</param>
    /// <returns>The perplexity; at least 1 for a loss of at least 0, and infinity for a loss above about 709.78.</returns>
    /// <exception cref="ArgumentException"><paramref name="meanLoss"/> is NaN.</exception>
    public static double Perplexity(double meanLoss) =>
        double.IsNaN(meanLoss) ? throw new ArgumentException(
            "The mean loss is NaN. Check whether the training has diverged.", nameof(meanLoss)) : Math.Exp(meanLoss);
}
