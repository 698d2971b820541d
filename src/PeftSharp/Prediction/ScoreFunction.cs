namespace PeftSharp.Prediction;

/// <summary>The function that converts a classifier's logits to scores (transformers' <c>function_to_apply</c>).</summary>
public enum ScoreFunction
{
    /// <summary>The logits themselves, for regression.</summary>
    None,

    /// <summary>An independent probability for each label, for multi-label classification.</summary>
    Sigmoid,

    /// <summary>Probabilities that sum to 1, for single-label classification.</summary>
    Softmax,
}
