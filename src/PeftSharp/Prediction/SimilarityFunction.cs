namespace PeftSharp.Prediction;

/// <summary>A function that compares two embeddings; a larger value means more similar (<c>similarity_fn_name</c>).</summary>
public enum SimilarityFunction
{
    /// <summary>The cosine of the angle between the embeddings, from -1 to 1.</summary>
    Cosine,

    /// <summary>The dot product. For embeddings with the L2 norm 1, it equals the cosine.</summary>
    Dot,

    /// <summary>The negative Euclidean distance.</summary>
    Euclidean,

    /// <summary>The negative Manhattan distance: the sum of the absolute differences.</summary>
    Manhattan,
}
