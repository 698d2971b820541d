using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Selecting, ordering and splitting rows.</content>
public sealed partial class Dataset
{
    /// <summary>Names of label columns that <c>Tokenize</c> renames to <c>labels</c>.</summary>
    private static readonly string[] _labelNames = ["label", "label_ids"];

    /// <summary>Returns the rows with these indices, in this order (<c>select</c>). An index may occur several times.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Dataset Select(IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var rows = indices.ToArray();
        foreach (var row in rows)
            if ((uint)row >= (uint)Count)
                throw new ArgumentOutOfRangeException(
                    nameof(indices), row, $"The row index {row} is out of range: the dataset has {Quantity.Of(Count, "row")}.");
        return IsContiguous(rows) ? Slice(rows.Length == 0 ? 0 : rows[0], rows.Length) : Pick(rows);
    }

    /// <summary>Returns a range of rows: <c>Select(..2000)</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The range exceeds the number of rows, or its end is before its start.
    /// </exception>
    public Dataset Select(Range rows)
    {
        if (rows.Start.GetOffset(Count) is var start && rows.End.GetOffset(Count) is var end && (start < 0 || end > Count || start > end))
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"The range {rows} is not valid for the dataset, which has "
                + $"{Quantity.Of(Count, "row")}.");
        return Slice(start, end - start);
    }

    /// <summary>
    /// Returns all rows except the first <paramref name="count"/> (<c>skip</c>). If the dataset has no further rows, the result is empty.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Dataset Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Slice(Math.Min(count, Count), Count - Math.Min(count, Count));
    }

    /// <summary>Returns the first <paramref name="count"/> rows (<c>take</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or exceeds the number of rows.</exception>
    public Dataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Select(..count);
    }

    /// <summary>Returns all rows several times: after the last row, the rows start again with the first row (<c>repeat</c>).</summary>
    /// <param name="times">The number of times that the result contains each row; 0: the result is empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of times is negative.</exception>
    /// <exception cref="DatasetException">The result would have more than 2,147,483,647 rows.</exception>
    public Dataset Repeat(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        var rows = new int[RowLimit.Require((long)Count * times)];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = i % Count;
        return Pick(rows);
    }

    /// <summary>
    /// Returns the rows in random order (<c>shuffle</c>). With the same seed, the order is the same as in Python's <c>datasets</c> (NumPy's
    /// PCG64).
    /// </summary>
    /// <param name="seed">The seed, at least 0. Null: a different order in each call.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    public Dataset Shuffle(long? seed = null) => Pick(new NumpyRandom(seed).Permutation(Count));

    /// <summary>Returns one of <paramref name="numShards"/> shards of about equal size (<c>shard</c>).</summary>
    /// <param name="numShards">The number of shards; at least 1.</param>
    /// <param name="index">The index of the shard, from 0.</param>
    /// <param name="contiguous">
    /// Whether the shard is a range of consecutive rows. Default true. If false, the shard contains every <paramref name="numShards"/>-th
    /// row, starting at the row <paramref name="index"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number of shards is below 1, or there is no shard with this index.</exception>
    public Dataset Shard(int numShards, int index, bool contiguous = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numShards, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, numShards);
        var (size, longer) = int.DivRem(Count, numShards);         // the first shards have one row more
        if (contiguous)
            return Slice(size * index + Math.Min(index, longer), size + (index < longer ? 1 : 0));
        return Pick(Enumerable.Range(0, size + (index < longer ? 1 : 0)).Select(i => index + i * numShards).ToArray());
    }

    /// <summary>Returns the rows sorted by a column (<c>sort</c>). Strings are compared by code point. The sort is stable.</summary>
    /// <param name="column">The column: numbers, booleans, dates and times, or strings.</param>
    /// <param name="reverse">Whether the order is descending. Default false.</param>
    /// <param name="nullPlacement">The position of rows whose value is null. Default: at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="nullPlacement"/> is not a member of <see cref="NullPlacement"/>.
    /// </exception>
    /// <exception cref="DatasetException">There is no such column, or it contains lists, structs or bytes.</exception>
    public Dataset Sort(string column, bool reverse = false, NullPlacement nullPlacement = NullPlacement.AtEnd) =>
        Sort([column], [reverse], nullPlacement);

    /// <summary>
    /// Returns the rows sorted by several columns. Rows with equal values in the first column are sorted by the second column, and so on.
    /// </summary>
    /// <inheritdoc cref="Sort(string, bool, NullPlacement)" path="/exception"/>
    /// <param name="columns">The columns: numbers, booleans, dates and times, or strings.</param>
    /// <param name="reverse">One value per column: whether the order is descending.</param>
    /// <param name="nullPlacement">The position of rows whose value is null. Default: at the end.</param>
    /// <exception cref="ArgumentException">
    /// The number of columns differs from the number of values of <paramref name="reverse"/>.
    /// </exception>
    public Dataset Sort(IReadOnlyList<string> columns, IReadOnlyList<bool> reverse, NullPlacement nullPlacement = NullPlacement.AtEnd)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(reverse);
        if (columns.Count != reverse.Count)
            throw new ArgumentException($"columns has {Quantity.Of(columns.Count, "element")}, but reverse has {reverse.Count}. "
                + "Provide one value of reverse per column.", nameof(reverse));
        if (!Enum.IsDefined(nullPlacement))
            throw new ArgumentOutOfRangeException(
                nameof(nullPlacement), nullPlacement, $"nullPlacement must be a member of {nameof(NullPlacement)}: AtEnd or AtStart.");
        return Pick(
            RowOrder.Sorted([.. columns.Select(name => _columns[name])], reverse, nullsLast: nullPlacement == NullPlacement.AtEnd, Count));
    }

    /// <summary>
    /// Splits the rows into a training set ("train") and a test set ("test"), by the rules of scikit-learn (<c>train_test_split</c>). With
    /// the same seed, the sets contain the same rows as in Python's <c>datasets</c>. If the dataset has no rows, both sets are empty.
    /// </summary>
    /// <param name="testSize">
    /// The size of the test set: a fraction between 0 and 1, or a number of rows. Null: the rows that are not in the training set. If
    /// <paramref name="trainSize"/> is also null, the size is the fraction 0.25.
    /// </param>
    /// <param name="trainSize">
    /// The size of the training set: a fraction between 0 and 1, or a number of rows. Null: the rows that are not in the test set.
    /// </param>
    /// <param name="shuffle">
    /// Whether the rows are shuffled before they are split. Default true. If false, the training set consists of the first rows, and the
    /// test set of the rows after them.
    /// </param>
    /// <param name="seed">The seed, at least 0. Null: a different split in each call.</param>
    /// <param name="stratifyByColumn">
    /// The name of a <see cref="ClassLabel"/> column. Both sets then have about the class frequencies of the dataset. If the name is
    /// <c>label</c> or <c>label_ids</c> and the dataset has no such column, the column <c>labels</c> is used, because <c>Tokenize</c>
    /// renames label columns to <c>labels</c>. Null: the split is not stratified.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A size is out of range, the sizes together exceed the number of rows, a set would be empty, the seed is negative, or a stratified
    /// split is not possible: a class has only one row, a set has fewer rows than the column has classes, or <paramref name="shuffle"/> is
    /// false.
    /// </exception>
    /// <exception cref="DatasetException">
    /// There is no such column, it is not a <see cref="ClassLabel"/>, or one of its values is null.
    /// </exception>
    public DatasetDict TrainTestSplit(
        SplitSize? testSize = null, SplitSize? trainSize = null, bool shuffle = true, long? seed = null, string? stratifyByColumn = null)
    {
        if (Count == 0)
            return new DatasetDict { ["train"] = this, ["test"] = this };
        var (train, test) = SplitSize.Resolve(testSize, trainSize, Count);
        if (!shuffle && stratifyByColumn is not null)
            throw new ArgumentException("A stratified split requires shuffle: true.", nameof(shuffle));
        if (!shuffle)
            return new DatasetDict { ["train"] = Slice(0, train), ["test"] = Slice(train, test) };
        var random = new NumpyRandom(seed);
        var (trainRows, testRows) = stratifyByColumn is null
            ? SplitRows(random.Permutation(Count), test, train)
            : StratifiedSplit.Draw(LabelsOf(stratifyByColumn), stratifyByColumn, train, test, random);
        return new DatasetDict { ["train"] = Pick(trainRows), ["test"] = Pick(testRows) };
    }

    /// <summary>
    /// Returns a dataset whose rows are stored in order, so that reading does not use an array of row indices (<c>flatten_indices</c>). Use
    /// this method if a shuffled dataset is read many times.
    /// </summary>
    public Dataset FlattenIndices() => With(_columns.All.Select(column => column.Flatten()));

    internal Dataset Slice(int start, int count) => new(_columns.SelectRows(count, rows => rows.Slice(start, count)), Format);

    internal Dataset Pick(int[] rows) => new(_columns.SelectRows(rows.Length, index => index.Pick(rows)), Format);

    private static (int[] Train, int[] Test) SplitRows(int[] order, int test, int train) => (order[test..(test + train)], order[..test]);

    private static bool IsContiguous(int[] rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (rows[i] != rows[i - 1] + 1)
                return false;
        return true;
    }

    private long[] LabelsOf(string name)
    {
        if (!_columns.Contains(name) && _columns.Contains("labels"))
        {
            if (!_labelNames.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new DatasetException($"There is no column '{name}'. Columns: {string.Join(", ", ColumnNames)}. "
                    + "Tokenize renames the label column to 'labels': pass stratifyByColumn: \"labels\", or split before you tokenize.");
            name = "labels";
        }
        var column = _columns[name];
        if (column.Feature is not ClassLabel)
            throw new DatasetException($"Column '{name}' has type {column.Feature}; a stratified split requires a ClassLabel. "
                + $"Call ClassEncodeColumn(\"{name}\") first.");
        return Enumerable.Range(0, Count).Select(column.GetInt64).ToArray();
    }
}
