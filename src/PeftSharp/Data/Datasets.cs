namespace PeftSharp.Data;

/// <summary>
/// The functions of Python's <c>datasets</c> package. With <c>using static PeftSharp.Data.Datasets;</c>, they can be called without the
/// class name.
/// </summary>
public static partial class Datasets
{
    /// <summary>Concatenates the rows of several datasets (<c>concatenate_datasets</c>).</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    /// <exception cref="DatasetException">
    /// The datasets have different columns or types, or together more than 2,147,483,647 rows.
    /// </exception>
    public static Dataset ConcatenateDatasets(params IReadOnlyList<Dataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        if (datasets.Count == 0)
            throw new ArgumentException("The list of datasets is empty. Pass at least one dataset.", nameof(datasets));
        RequireSameColumns(datasets);
        return new Dataset(new ColumnSet(datasets[0].ColumnNames.Select(name => Concatenate(name, datasets)),
            RowLimit.Require(datasets.Sum(dataset => (long)dataset.Count))), datasets[0].Format);
    }

    /// <summary>Interleaves the rows of several datasets, alternately or randomly (<c>interleave_datasets</c>).</summary>
    /// <param name="datasets">The datasets, with the same columns and types.</param>
    /// <param name="probabilities">
    /// For each dataset, the probability that the next row is a row of this dataset. The sum of the probabilities must be 1. Null: the
    /// datasets alternate.
    /// </param>
    /// <param name="seed">The seed of the random choice, at least 0. Null: a different order in each call.</param>
    /// <param name="stoppingStrategy">When to stop. Default: as soon as one of the datasets has no more rows.</param>
    /// <exception cref="ArgumentException">
    /// The list is empty, a dataset has no rows, or the probabilities, the strategy or the seed are invalid.
    /// </exception>
    /// <exception cref="DatasetException">
    /// The datasets have different columns or types, or together more than 2,147,483,647 rows.
    /// </exception>
    public static Dataset InterleaveDatasets(
        IReadOnlyList<Dataset> datasets, IReadOnlyList<double>? probabilities = null, long? seed = null,
        StoppingStrategy stoppingStrategy = StoppingStrategy.FirstExhausted)
    {
        var all = ConcatenateDatasets(datasets);
        if (datasets.Index().FirstOrDefault(entry => entry.Item.Count == 0) is { Item: not null } empty)
            throw new ArgumentException($"The dataset with index {empty.Index} has no rows. Remove it from the list.", nameof(datasets));
        return all.Pick(Interleaving.Rows([.. datasets.Select(dataset => dataset.Count)], probabilities, seed, stoppingStrategy));
    }

    private static void RequireSameColumns(IReadOnlyList<Dataset> datasets)
    {
        var known = datasets[0].ColumnNames.ToDictionary(name => name, name => datasets[0][name].Feature, StringComparer.Ordinal);
        foreach (var dataset in datasets.Skip(1))
        {
            if (known.Count != dataset.ColumnNames.Count || !dataset.ColumnNames.All(known.ContainsKey))
                throw new DatasetException($"The datasets have different columns: [{string.Join(", ", datasets[0].ColumnNames)}] and "
                    + $"[{string.Join(", ", dataset.ColumnNames)}]. Select, rename or remove columns first.");
            foreach (var name in dataset.ColumnNames)
            {
                var feature = dataset[name].Feature;
                if (!known[name].Matches(feature))
                    throw new DatasetException($"Column '{name}' has different types in the datasets: {known[name]} and {feature}. "
                        + "Call CastColumn on one of them first.");
                // If all values of one column are null, the other column determines the type.
                known[name] = known[name].Unify(feature);
            }
        }
    }

    /// <summary>
    /// Concatenates columns without copying values. If rows of a dataset were selected or shuffled, the result has an array of row indices.
    /// </summary>
    private static Column Concatenate(string name, IReadOnlyList<Dataset> datasets)
    {
        var columns = datasets.Select(dataset => dataset[name]).ToArray();
        var data = ChunkedData.Of([.. columns.Select(column => column.Data)]);
        var feature = columns.Select(column => column.Feature).Aggregate((known, next) => known.Unify(next));
        if (columns.All(column => column.Rows.IsRange && column.Count == column.Data.Count))
            return new Column(name, feature, data, RowIndex.All(data.Count)) { IsNamedByFirstLine = columns[0].IsNamedByFirstLine };
        var rows = new List<int>(columns.Sum(column => column.Count));
        var offset = 0;
        foreach (var column in columns)
        {
            for (var row = 0; row < column.Count; row++)
                rows.Add(offset + column.Rows[row]);
            offset += column.Data.Count;
        }
        return new Column(name, feature, data, RowIndex.All(data.Count).Pick([.. rows]))
        {
            IsNamedByFirstLine = columns[0].IsNamedByFirstLine,
        };
    }
}
