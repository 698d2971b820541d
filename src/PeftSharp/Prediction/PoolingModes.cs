namespace PeftSharp.Prediction;

/// <summary>
/// How the hidden states of the tokens of a text become one vector (the pooling of sentence-transformers). If several values are combined,
/// their vectors are concatenated in the order of this list.
/// </summary>
[Flags]
public enum PoolingModes
{
    /// <summary>No pooling; not a valid choice.</summary>
    None = 0,

    /// <summary>The hidden state of the first token (<c>cls</c>).</summary>
    Cls = 1,

    /// <summary>The maximum over the tokens, for each element (<c>max</c>).</summary>
    Max = 2,

    /// <summary>The mean over the tokens (<c>mean</c>).</summary>
    Mean = 4,

    /// <summary>The sum over the tokens, divided by the square root of their number (<c>mean_sqrt_len_tokens</c>).</summary>
    MeanSqrtLen = 8,

    /// <summary>The mean with weights 1, 2, 3, … by position (<c>weightedmean</c>).</summary>
    WeightedMean = 16,

    /// <summary>The hidden state of the last token (<c>lasttoken</c>).</summary>
    LastToken = 32,
}
