namespace PeftSharp.Data;

/// <summary>What the function of a map made of some neighbouring rows: columns of equal length.</summary>
internal sealed class MapResult
{
    private readonly OrderedDictionary<string, ColumnData> _columns = new(StringComparer.Ordinal);
    private readonly int _start;
    private readonly int _count;

    private MapResult(int start, int count) => (_start, _count) = (start, count);

    private string RowsText => $"rows {_start} to {_start + _count - 1}";

    internal static MapResult OfRows<TValue>(ColumnSet source, int start, int count, Func<Row, int, IReadOnlyDictionary<string, TValue>> function, CancellationToken cancel)
    {
        var builders = new OrderedDictionary<string, ColumnBuilder>(StringComparer.Ordinal);
        for (var row = start; row < start + count; row++)
        {
            cancel.ThrowIfCancellationRequested();
            var values = Call(() => function(new Row(source, row), row), $"row {row}");
            if (row == start)
                foreach (var name in values.Keys)
                    builders.Add(name, new ColumnBuilder());
            if (values.Count != builders.Count || !values.Keys.All(builders.ContainsKey))
                throw DifferentNames($"row {row}", values.Keys, builders.Keys);
            foreach (var (name, value) in values)
                ColumnFactory.AddNaming(builders[name], name, value, row);
        }
        var result = new MapResult(start, count);
        foreach (var (name, builder) in builders)
            result._columns.Add(name, builder.Build());
        return result;
    }

    internal static MapResult OfBatch<TValue>(Batch batch, Func<Batch, IReadOnlyDictionary<string, TValue>> function)
    {
        var result = new MapResult(batch.Start, batch.RowCount);
        foreach (var (name, values) in Call(() => function(batch), result.RowsText))
            result._columns.Add(name, ColumnFactory.Build(name, (object?)values ?? throw new DatasetException($"The function gave null for the column '{name}' of {result.RowsText}; give a list with one value per row."), batch.Start));
        var first = result._columns.FirstOrDefault();
        foreach (var (name, data) in result._columns)
            if (data.Count != first.Value.Count)
                throw new DatasetException($"For {result.RowsText} the function gave {data.Count} values of column '{name}' and {first.Value.Count} of '{first.Key}'; all columns need the same count.");
        return result;
    }

    /// <summary>Calls the user's function; an error gets the rows into its message.</summary>
    internal static T Call<T>(Func<T> function, string rows)
    {
        try
        {
            return function() ?? throw new DatasetException("The function gave null.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new DatasetException($"The function failed on {rows}: {error.Message}", error);
        }
    }

    /// <summary>The columns of all parts, one after the other.</summary>
    /// <exception cref="DatasetException">The parts differ in their columns or types.</exception>
    internal static OrderedDictionary<string, Column> Join(MapResult[] parts)
    {
        var columns = new OrderedDictionary<string, Column>(StringComparer.Ordinal);
        if (parts.Length == 0)
            return columns;
        foreach (var part in parts)
            if (part._columns.Count != parts[0]._columns.Count || !part._columns.Keys.All(parts[0]._columns.ContainsKey))
                throw DifferentNames(part.RowsText, part._columns.Keys, parts[0]._columns.Keys);
        foreach (var name in parts[0]._columns.Keys)
        {
            RequireOneType(name, parts);
            columns.Add(name, new Column(name, ChunkedData.Of([.. parts.Select(part => part._columns[name])])));
        }
        return columns;
    }

    /// <exception cref="DatasetException">The function changed the number of rows although an old column stays.</exception>
    internal void RequireRows(string kept)
    {
        foreach (var (name, data) in _columns)
            if (data.Count != _count)
                throw new DatasetException($"For {RowsText} the function gave {data.Count} values of column '{name}', while column '{kept}' keeps its {_count}. To change the number of rows, remove all old columns: removeColumns: dataset.ColumnNames.");
    }

    private static void RequireOneType(string name, MapResult[] parts)
    {
        Feature? known = null;
        foreach (var part in parts)
        {
            var data = part._columns[name];
            if (known is not null && !known.Matches(data.Feature))
                throw new DatasetException($"Column '{name}', row {part._start + FirstValue(data)}: the function gave {data.Feature} here and {known} for the rows before; give every row the same type.");
            known = known is null ? data.Feature : known.Unify(data.Feature);
        }
    }

    private static int FirstValue(ColumnData data)
    {
        var row = 0;
        while (row < data.Count - 1 && data.IsNull(row))
            row++;
        return row;
    }

    private static DatasetException DifferentNames(string rows, IEnumerable<string> names, IEnumerable<string> before) =>
        new($"The function gave the columns {string.Join(", ", names)} for {rows} and {string.Join(", ", before)} before; give the same columns for every row, null where there is no value.");
}
