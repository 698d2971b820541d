using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// Splits rows into a training and a test set with the class frequencies of the dataset: scikit-learn's <c>StratifiedShuffleSplit</c> with
/// the same random numbers.
/// </summary>
internal static class StratifiedSplit
{
    internal static (int[] Train, int[] Test) Draw(long[] labels, string stratifyByColumn, int train, int test, NumpyRandom random)
    {
        var classes = Enumerable.Range(0, labels.Length).GroupBy(row => labels[row]).OrderBy(group => group.Key)
            .Select(group => group.ToArray()).ToArray();
        Validate(classes, labels, stratifyByColumn, train, test);
        var sizes = classes.Select(rows => rows.Length).ToArray();
        var trainSizes = ApproximateMode(sizes, train, random);
        var testSizes = ApproximateMode([.. sizes.Zip(trainSizes, (size, taken) => size - taken)], test, random);
        List<int> trainRows = [], testRows = [];
        for (var i = 0; i < classes.Length; i++)
        {
            var order = random.Permutation(sizes[i]).Select(index => classes[i][index]).ToArray();
            trainRows.AddRange(order[..trainSizes[i]]);
            testRows.AddRange(order[trainSizes[i]..(trainSizes[i] + testSizes[i])]);
        }
        return (random.Permutation(trainRows.ToArray()), random.Permutation(testRows.ToArray()));
    }

    /// <summary>
    /// Returns the number of rows of each class in a sample of <paramref name="count"/> rows: the expected numbers rounded down, plus one
    /// for the largest remainders; ties are broken randomly. The result is the same as the result of scikit-learn's
    /// <c>_approximate_mode</c>.
    /// </summary>
    private static int[] ApproximateMode(int[] sizes, int count, NumpyRandom random)
    {
        var total = sizes.Sum(size => (long)size);
        var expected = Array.ConvertAll(sizes, size => (double)((long)count * size) / total);
        var drawn = Array.ConvertAll(expected, value => (int)Math.Floor(value));
        var missing = count - drawn.Sum();
        var remainders = expected.Zip(drawn, (value, rounded) => value - rounded).ToArray();
        foreach (var remainder in remainders.Distinct().OrderDescending())
        {
            if (missing <= 0)
                break;
            var equals = Enumerable.Range(0, sizes.Length).Where(i => remainders[i] == remainder).ToArray();
            var taken = Math.Min(equals.Length, missing);
            foreach (var index in random.ChooseWithoutReplacement(equals.Length, taken))
                drawn[equals[index]]++;
            missing -= taken;
        }
        return drawn;
    }

    private static void Validate(int[][] classes, long[] labels, string stratifyByColumn, int train, int test)
    {
        if (classes.FirstOrDefault(rows => rows.Length < 2) is { } rare)
            throw new ArgumentException(
                $"Class {labels[rare[0]]} of column '{stratifyByColumn}' has only one row, but a stratified split requires at least "
                + "two. Remove the row, or do not stratify.", nameof(stratifyByColumn));
        if (train < classes.Length || test < classes.Length)
            throw new ArgumentException($"A training set of {Quantity.Of(train, "row")} or a test set of {Quantity.Of(test, "row")} "
                + $"cannot contain all {classes.Length} classes of column '{stratifyByColumn}'. Increase the smaller set.",
                nameof(stratifyByColumn));
    }
}
