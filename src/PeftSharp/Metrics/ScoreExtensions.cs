using PeftSharp.Internal;

namespace PeftSharp.Metrics;

/// <summary>Converts scores of a model (logits) to predicted classes and probabilities.</summary>
public static class ScoreExtensions
{
    /// <summary>
    /// Returns the column of the maximum score in each row; the first column if several scores are equal. NaN is treated as the maximum, as
    /// in numpy.
    /// </summary>
    /// <param name="scores">[rows, classes] in row-major order.</param>
    /// <param name="classes">The length of a row.</param>
    /// <exception cref="ArgumentException">The number of scores is not a multiple of <paramref name="classes"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 1.</exception>
    public static int[] ArgMax(this ReadOnlySpan<float> scores, int classes)
    {
        var best = new int[RowCount(scores.Length, classes)];
        for (var row = 0; row < best.Length; row++)
            best[row] = ArgMax(scores.Slice(row * classes, classes));
        return best;
    }

    /// <inheritdoc cref="ArgMax(ReadOnlySpan{float}, int)"/>
    public static int[] ArgMax(this float[] scores, int classes)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new ReadOnlySpan<float>(scores).ArgMax(classes);
    }

    /// <summary>
    /// Returns the column of the maximum score in each row; the first column if several scores are equal. NaN is treated as the maximum, as
    /// in numpy.
    /// </summary>
    /// <param name="scores">[rows, classes].</param>
    /// <exception cref="ArgumentException">There are no columns.</exception>
    public static int[] ArgMax(this float[,] scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.GetLength(1) == 0)
            throw new ArgumentException("The scores have no columns. Pass one column for each class.", nameof(scores));
        return scores.Cast<float>().ToArray().ArgMax(scores.GetLength(1));
    }

    /// <summary>
    /// Returns the probabilities of each row: exp(score) divided by the sum of exp(score) over the row, computed in double precision.
    /// </summary>
    /// <param name="scores">[rows, classes] in row-major order.</param>
    /// <param name="classes">The length of a row.</param>
    /// <returns>Probabilities [rows, classes] in row-major order; each row sums to 1.</returns>
    /// <exception cref="ArgumentException">The number of scores is not a multiple of <paramref name="classes"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 1.</exception>
    public static float[] Softmax(this ReadOnlySpan<float> scores, int classes)
    {
        var probabilities = new float[scores.Length];
        var exponentials = new double[classes < 1 ? 0 : classes];
        for (var row = 0; row < RowCount(scores.Length, classes); row++)
        {
            var from = scores.Slice(row * classes, classes);
            double largest = from[ArgMax(from)], sum = 0;
            for (var k = 0; k < classes; k++)
                sum += exponentials[k] = Math.Exp(from[k] - largest);
            for (var k = 0; k < classes; k++)
                probabilities[row * classes + k] = (float)(exponentials[k] / sum);
        }
        return probabilities;
    }

    /// <inheritdoc cref="Softmax(ReadOnlySpan{float}, int)"/>
    public static float[] Softmax(this float[] scores, int classes)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new ReadOnlySpan<float>(scores).Softmax(classes);
    }

    /// <summary>
    /// Returns the probability of each label independently of the others, 1 / (1 + exp(-score)), computed in double precision. Use it for
    /// multi-label classification, where the probabilities need not sum to 1.
    /// </summary>
    /// <param name="scores">Scores (logits) in any order.</param>
    /// <returns>The probabilities, in the same order.</returns>
    public static float[] Sigmoid(this ReadOnlySpan<float> scores)
    {
        var probabilities = new float[scores.Length];
        for (var i = 0; i < scores.Length; i++)
            probabilities[i] = (float)(1 / (1 + Math.Exp(-(double)scores[i])));
        return probabilities;
    }

    /// <inheritdoc cref="Sigmoid(ReadOnlySpan{float})"/>
    public static float[] Sigmoid(this float[] scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new ReadOnlySpan<float>(scores).Sigmoid();
    }

    private static int ArgMax(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length && !float.IsNaN(row[best]); k++)
            if (row[k] > row[best] || float.IsNaN(row[k]))
                best = k;
        return best;
    }

    private static int RowCount(int scores, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (scores % classes != 0)
            throw new ArgumentException($"{Quantity.Of(scores, "score")} cannot be divided into rows of {classes} classes. "
                + "Pass one score for each class of each row.", nameof(scores));
        return scores / classes;
    }
}
