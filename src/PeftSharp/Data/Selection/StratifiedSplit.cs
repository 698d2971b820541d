using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Draws a training and a test set in which every class has its share: scikit-learn's <c>StratifiedShuffleSplit</c>, draw for draw.</summary>
internal static class StratifiedSplit
{
    internal static (int[] Train, int[] Test) Draw(long[] labels, string column, int train, int test, NumpyRandom random)
    {
        var classes = Enumerable.Range(0, labels.Length).GroupBy(row => labels[row]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        Validate(classes, labels, column, train, test);
        var sizes = classes.Select(rows => rows.Length).ToArray();
        var trainSizes = LikeliestDraw(sizes, train, random);
        var testSizes = LikeliestDraw([.. sizes.Zip(trainSizes, (size, taken) => size - taken)], test, random);
        List<int> trainRows = [], testRows = [];
        for (var i = 0; i < classes.Length; i++)
        {
            var order = random.Permutation(sizes[i]).Select(at => classes[i][at]).ToArray();
            trainRows.AddRange(order[..trainSizes[i]]);
            testRows.AddRange(order[trainSizes[i]..(trainSizes[i] + testSizes[i])]);
        }
        return (random.Permutation(trainRows.ToArray()), random.Permutation(testRows.ToArray()));
    }

    /// <summary>How many of each class the likeliest sample holds: the shares rounded down, then one more for the largest remainders; ties are drawn.</summary>
    private static int[] LikeliestDraw(int[] sizes, int count, NumpyRandom random)
    {
        var total = sizes.Sum(size => (long)size);
        var shares = Array.ConvertAll(sizes, size => (double)((long)count * size) / total);
        var drawn = Array.ConvertAll(shares, share => (int)Math.Floor(share));
        var missing = count - drawn.Sum();
        var remainders = shares.Zip(drawn, (share, whole) => share - whole).ToArray();
        foreach (var remainder in remainders.Distinct().OrderDescending())
        {
            if (missing <= 0)
                break;
            var equals = Enumerable.Range(0, sizes.Length).Where(i => remainders[i] == remainder).ToArray();
            var taken = Math.Min(equals.Length, missing);
            foreach (var at in random.ChooseWithoutReplacement(equals.Length, taken))
                drawn[equals[at]]++;
            missing -= taken;
        }
        return drawn;
    }

    private static void Validate(int[][] classes, long[] labels, string column, int train, int test)
    {
        if (classes.FirstOrDefault(rows => rows.Length < 2) is { } rare)
            throw new ArgumentException($"Class {labels[rare[0]]} of column '{column}' has a single row, which cannot be in both sets; remove it or do not stratify.", nameof(column));
        if (train < classes.Length || test < classes.Length)
            throw new ArgumentException($"A training set of {train} and a test set of {test} rows cannot hold each of the {classes.Length} classes of column '{column}'; make the smaller one larger.", nameof(column));
    }
}
