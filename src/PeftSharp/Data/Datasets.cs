namespace PeftSharp.Data;

/// <summary>The functions of Python's <c>datasets</c> module; with <c>using static PeftSharp.Data.Datasets;</c> they read as there.</summary>
public static partial class Datasets
{
    /// <summary>The rows of several data sets, one after the other.</summary>
    /// <exception cref="DatasetException">They differ in their columns or types.</exception>
    public static Dataset ConcatenateDatasets(params IReadOnlyList<Dataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        if (datasets.Count == 0)
            throw new ArgumentException("There is no data set to concatenate.", nameof(datasets));
        RequireSameColumns(datasets);
        return new Dataset(new ColumnSet(datasets[0].ColumnNames.Select(name => Concatenate(name, datasets)), checked(datasets.Sum(dataset => dataset.Count))), datasets[0].Format);
    }

    /// <summary>Rows of several data sets in turn, or drawn from one of them at a time.</summary>
    /// <param name="datasets">The data sets, with the same columns and types.</param>
    /// <param name="probabilities">How likely each is to give the next row, with sum 1; null takes them in turn.</param>
    /// <param name="seed">Of the draws, at least 0; null draws others each time.</param>
    /// <param name="stoppingStrategy">"first_exhausted" (default) ends with the first set that has no more rows; "all_exhausted" starts short sets again until every row was used; "all_exhausted_without_replacement" uses every row once.</param>
    /// <exception cref="ArgumentException">The probabilities or the strategy do not fit, or a data set is empty.</exception>
    /// <exception cref="DatasetException">The data sets differ in their columns or types.</exception>
    public static Dataset InterleaveDatasets(IReadOnlyList<Dataset> datasets, IReadOnlyList<double>? probabilities = null, long? seed = null, string stoppingStrategy = "first_exhausted")
    {
        var all = ConcatenateDatasets(datasets);
        return all.Pick(Interleaving.Rows([.. datasets.Select(dataset => dataset.Count)], probabilities, seed, stoppingStrategy));
    }

    private static void RequireSameColumns(IReadOnlyList<Dataset> datasets)
    {
        var known = datasets[0].ColumnNames.ToDictionary(name => name, name => datasets[0][name].Feature, StringComparer.Ordinal);
        foreach (var dataset in datasets.Skip(1))
        {
            if (known.Count != dataset.ColumnNames.Count || !dataset.ColumnNames.All(known.ContainsKey))
                throw new DatasetException($"The data sets differ in their columns: {string.Join(", ", datasets[0].ColumnNames)} and {string.Join(", ", dataset.ColumnNames)}. Select, rename or remove columns first.");
            foreach (var name in dataset.ColumnNames)
            {
                var feature = dataset[name].Feature;
                if (!known[name].Matches(feature))
                    throw new DatasetException($"The data sets differ in column '{name}': {known[name]} and {feature}. Call CastColumn on one of them first.");
                known[name] = known[name].Unify(feature);        // a first part without values says nothing about the others
            }
        }
    }

    /// <summary>A column whose parts keep their storage; rows that were selected or shuffled keep their index.</summary>
    private static Column Concatenate(string name, IReadOnlyList<Dataset> datasets)
    {
        var columns = datasets.Select(dataset => dataset[name]).ToArray();
        var data = ChunkedData.Of([.. columns.Select(column => column.Data)]);
        var feature = columns.Select(column => column.Feature).Aggregate((known, next) => known.Unify(next));
        if (columns.All(column => column.Rows.IsRange && column.Count == column.Data.Count))
            return new Column(name, feature, data, RowIndex.All(data.Count));
        var rows = new List<int>(columns.Sum(column => column.Count));
        var offset = 0;
        foreach (var column in columns)
        {
            for (var row = 0; row < column.Count; row++)
                rows.Add(offset + column.Rows[row]);
            offset += column.Data.Count;
        }
        return new Column(name, feature, data, RowIndex.All(data.Count).Pick([.. rows]));
    }
}
