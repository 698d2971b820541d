namespace PeftSharp.Metrics;

/// <summary>Scores of language models.</summary>
public static class LanguageModelingMetrics
{
    /// <summary>How many equally likely tokens the model hesitates between: e to the power of the mean loss.</summary>
    /// <param name="meanLoss">The mean cross-entropy a token in nats, as an evaluation's <c>eval_loss</c>.</param>
    /// <returns>At least 1 for a loss of at least 0; infinity where the loss is beyond 709.</returns>
    /// <exception cref="ArgumentException"><paramref name="meanLoss"/> is NaN.</exception>
    public static double Perplexity(double meanLoss) =>
        double.IsNaN(meanLoss) ? throw new ArgumentException("The mean loss is NaN: has the training diverged?", nameof(meanLoss)) : Math.Exp(meanLoss);
}
