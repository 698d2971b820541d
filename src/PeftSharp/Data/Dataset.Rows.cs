using PeftSharp.Internal;

namespace PeftSharp.Data;

public sealed partial class Dataset
{
    /// <summary>These rows, in this order; a row may occur several times.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Dataset Select(IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var rows = indices.ToArray();
        foreach (var row in rows)
            if ((uint)row >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(indices), row, $"The data set has {Count} rows; there is no row {row}.");
        return IsContiguous(rows) ? Slice(rows.Length == 0 ? 0 : rows[0], rows.Length) : Pick(rows);
    }

    /// <summary>Neighbouring rows: <c>Select(..2000)</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the rows.</exception>
    public Dataset Select(Range rows)
    {
        if (rows.Start.GetOffset(Count) is var start && rows.End.GetOffset(Count) is var end && (start < 0 || end > Count || start > end))
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"The data set has {Count} rows; the range {rows} reaches beyond them.");
        return Slice(start, end - start);
    }

    /// <summary>All rows but the first <paramref name="count"/>; none where there are no more.</summary>
    public Dataset Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Slice(Math.Min(count, Count), Count - Math.Min(count, Count));
    }

    /// <summary>The first <paramref name="count"/> rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many rows, or the count is negative.</exception>
    public Dataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Select(..count);
    }

    /// <summary>All rows, <paramref name="times"/> times over.</summary>
    public Dataset Repeat(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        var rows = new int[checked(Count * times)];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = i % Count;
        return Pick(rows);
    }

    /// <summary>The rows in random order: the order of <c>datasets</c> (numpy's PCG64) for the same seed.</summary>
    /// <param name="seed">At least 0; null gives another order each time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    public Dataset Shuffle(long? seed = null) => Pick(new NumpyRandom(seed).Permutation(Count));

    /// <summary>One of <paramref name="numShards"/> parts of about equal size.</summary>
    /// <param name="numShards">How many parts; at least 1.</param>
    /// <param name="index">Which part, from 0.</param>
    /// <param name="contiguous">Whether a part holds neighbouring rows (the default), or every <paramref name="numShards"/>-th row.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public Dataset Shard(int numShards, int index, bool contiguous = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numShards, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, numShards);
        var (size, longer) = int.DivRem(Count, numShards);         // the first parts hold one row more
        if (contiguous)
            return Slice(size * index + Math.Min(index, longer), size + (index < longer ? 1 : 0));
        return Pick(Enumerable.Range(0, size + (index < longer ? 1 : 0)).Select(i => index + i * numShards).ToArray());
    }

    /// <summary>The rows in ascending order of a column's values: numbers, truth values, times, or strings by code point. Equal rows keep their order.</summary>
    /// <param name="column">The column to sort by.</param>
    /// <param name="reverse">Whether in descending order.</param>
    /// <param name="nullPlacement">"at_end" (default) or "at_start": where rows without a value go.</param>
    /// <exception cref="ArgumentException">The placement is none of the two.</exception>
    /// <exception cref="DatasetException">There is no such column, or it holds lists or records.</exception>
    public Dataset Sort(string column, bool reverse = false, string nullPlacement = "at_end") => Sort([column], [reverse], nullPlacement);

    /// <summary>The rows in the order of several columns: by the first, among its equals by the second, and so on.</summary>
    /// <inheritdoc cref="Sort(string, bool, string)"/>
    /// <param name="columns">The columns to sort by.</param>
    /// <param name="reverse">Whether in descending order, for each column.</param>
    /// <param name="nullPlacement">"at_end" (default) or "at_start": where rows without a value go.</param>
    public Dataset Sort(IReadOnlyList<string> columns, IReadOnlyList<bool> reverse, string nullPlacement = "at_end")
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(reverse);
        if (columns.Count != reverse.Count)
            throw new ArgumentException($"There are {columns.Count} columns to sort by and {reverse.Count} directions; give one for each.", nameof(reverse));
        if (nullPlacement is not ("at_end" or "at_start"))
            throw new ArgumentException($"The null placement '{nullPlacement}' is unknown; choose at_end or at_start.", nameof(nullPlacement));
        return Pick(RowOrder.Sorted([.. columns.Select(name => _columns[name])], reverse, nullsLast: nullPlacement == "at_end", Count));
    }

    /// <summary>Two data sets, "train" and "test", of these rows: scikit-learn's rules, and the rows that <c>datasets</c> chooses for the same seed.</summary>
    /// <param name="testSize">Share (between 0 and 1) or number of rows of the test set; null takes what the training set leaves, or a quarter.</param>
    /// <param name="trainSize">Share or number of rows of the training set; null takes what the test set leaves.</param>
    /// <param name="shuffle">Whether the rows are drawn at random; if not, the first are for training.</param>
    /// <param name="seed">At least 0; null draws others each time.</param>
    /// <param name="stratifyByColumn">A <see cref="ClassLabel"/> column whose classes both sets shall hold in equal shares.</param>
    /// <exception cref="ArgumentException">A size is out of range, a set would be empty, or a class is too rare to be split.</exception>
    /// <exception cref="DatasetException">There is no such column, or it is no <see cref="ClassLabel"/>.</exception>
    public DatasetDict TrainTestSplit(SplitSize? testSize = null, SplitSize? trainSize = null, bool shuffle = true, long? seed = null, string? stratifyByColumn = null)
    {
        if (Count == 0)
            return new DatasetDict { ["train"] = this, ["test"] = this };
        var (train, test) = SplitSize.Resolve(testSize, trainSize, Count);
        if (!shuffle && stratifyByColumn is not null)
            throw new ArgumentException("Stratified sets are drawn at random: leave shuffle on.", nameof(shuffle));
        if (!shuffle)
            return new DatasetDict { ["train"] = Slice(0, train), ["test"] = Slice(train, test) };
        var random = new NumpyRandom(seed);
        var (trainRows, testRows) = stratifyByColumn is null
            ? Cut(random.Permutation(Count), test, train)
            : StratifiedSplit.Draw(LabelsOf(stratifyByColumn), stratifyByColumn, train, test, random);
        return new DatasetDict { ["train"] = Pick(trainRows), ["test"] = Pick(testRows) };
    }

    /// <summary>The same rows with every column stored in one piece, so that reading needs no index; worth it where a shuffled selection of a large set is read many times.</summary>
    public Dataset FlattenIndices() => With(_columns.All.Select(column => column.Flatten()));

    internal Dataset Slice(int start, int count) => new(_columns.Show(count, rows => rows.Slice(start, count)), Format);

    internal Dataset Pick(int[] rows) => new(_columns.Show(rows.Length, index => index.Pick(rows)), Format);

    private static (int[] Train, int[] Test) Cut(int[] order, int test, int train) => (order[test..(test + train)], order[..test]);

    private static bool IsContiguous(int[] rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (rows[i] != rows[i - 1] + 1)
                return false;
        return true;
    }

    private long[] LabelsOf(string name)
    {
        var column = _columns[name];
        if (column.Feature is not ClassLabel)
            throw new DatasetException($"Column '{name}' holds {column.Feature}; only a ClassLabel can be stratified by. Call ClassEncodeColumn(\"{name}\") first.");
        return Enumerable.Range(0, Count).Select(column.Int64).ToArray();
    }
}
