namespace PeftSharp.Prediction;

/// <summary>Converts logits to probabilities.</summary>
internal static class Probabilities
{
    /// <summary>Returns the softmax: probabilities that sum to 1.</summary>
    internal static float[] Softmax(ReadOnlySpan<float> logits)
    {
        var max = float.NegativeInfinity;
        foreach (var logit in logits) max = Math.Max(max, logit);
        var (result, sum) = (new float[logits.Length], 0.0);
        for (var i = 0; i < result.Length; i++) sum += Math.Exp((double)logits[i] - max);
        for (var i = 0; i < result.Length; i++) result[i] = (float)(Math.Exp((double)logits[i] - max) / sum);
        return result;
    }

    /// <summary>Returns the sigmoid of each logit: independent probabilities.</summary>
    internal static float[] Sigmoid(ReadOnlySpan<float> logits)
    {
        var result = new float[logits.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)(1 / (1 + Math.Exp(-(double)logits[i])));
        return result;
    }

    /// <summary>Returns the index of the largest value; the first index if several values are equal.</summary>
    internal static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }
}
