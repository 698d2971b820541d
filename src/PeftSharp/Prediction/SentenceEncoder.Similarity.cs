namespace PeftSharp.Prediction;

/// <content>Comparison of embeddings.</content>
public sealed partial class SentenceEncoder
{
    /// <summary>Returns the cosine of the angle between two embeddings, from -1 to 1; 0 if all elements of an embedding are 0.</summary>
    /// <param name="first">The first embedding.</param>
    /// <param name="second">The second embedding.</param>
    /// <exception cref="ArgumentException">The embeddings have different numbers of elements.</exception>
    public static float CosineSimilarity(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Compare(first, second, SimilarityFunction.Cosine, nameof(second));

    /// <summary>Returns the similarity of two embeddings by <see cref="SimilarityFunction"/>; larger is more similar.</summary>
    /// <param name="first">The first embedding.</param>
    /// <param name="second">The second embedding.</param>
    /// <exception cref="ArgumentException">The embeddings have different numbers of elements.</exception>
    public float Similarity(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Compare(first, second, SimilarityFunction, nameof(second));

    /// <summary>Finds the embeddings that are most similar to a query, by <see cref="SimilarityFunction"/>.</summary>
    /// <param name="query">The embedding of the query.</param>
    /// <param name="embeddings">The embeddings to search.</param>
    /// <param name="topK">Maximum number of results. Default 10.</param>
    /// <returns>
    /// The index and the score of each result, the most similar embedding first. Equally similar embeddings are in the order of the list.
    /// </returns>
    /// <exception cref="ArgumentException">An embedding does not have the same number of elements as the query.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    public IReadOnlyList<SearchResult> MostSimilar(float[] query, IReadOnlyList<float[]> embeddings, int topK = 10)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        return [.. embeddings.Select((embedding, index) => new SearchResult(
                index, Compare(query, embedding, SimilarityFunction, nameof(embeddings))))
            .OrderByDescending(text => text.Score).Take(topK)];
    }

    private static float Compare(ReadOnlySpan<float> first, ReadOnlySpan<float> second, SimilarityFunction function, string parameter)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"The embeddings have {first.Length} and {second.Length} elements. "
                + "Compare embeddings of the same model.", parameter);
        double product = 0, left = 0, right = 0, squares = 0, distance = 0;
        for (var i = 0; i < first.Length; i++)
        {
            double a = first[i], b = second[i];
            product += a * b;
            left += a * a;
            right += b * b;
            squares += (a - b) * (a - b);
            distance += Math.Abs(a - b);
        }
        return (float)(function switch
        {
            SimilarityFunction.Dot => product,
            SimilarityFunction.Euclidean => -Math.Sqrt(squares),
            SimilarityFunction.Manhattan => -distance,
            _ => left == 0 || right == 0 ? 0 : product / Math.Sqrt(left * right),
        });
    }
}
