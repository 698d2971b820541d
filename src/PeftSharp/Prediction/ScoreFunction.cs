namespace PeftSharp.Prediction;

/// <summary>The function that makes scores of a classifier's logits; transformers' <c>function_to_apply</c>.</summary>
public enum ScoreFunction
{
    /// <summary>The logits themselves, as for regression.</summary>
    None,

    /// <summary>A probability for each label by itself, as for several labels.</summary>
    Sigmoid,

    /// <summary>Probabilities that add up to 1, as for one label of several.</summary>
    Softmax,
}
