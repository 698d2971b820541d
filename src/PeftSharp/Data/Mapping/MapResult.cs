using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The new columns of consecutive rows, computed by the function of <c>Map</c>.</summary>
internal sealed class MapResult
{
    private readonly int _count;

    private MapResult(int start, int count) => (Start, _count) = (start, count);

    /// <summary>The index of the first row.</summary>
    internal int Start { get; }

    /// <summary>The values of the new columns.</summary>
    internal OrderedDictionary<string, ColumnData> Columns { get; } = new(StringComparer.Ordinal);

    private string Place => RowsText(Start, _count);

    /// <summary>Returns the rows for messages: <c>row 3</c> or <c>rows 3 to 5</c>.</summary>
    internal static string RowsText(long start, int count) => count == 1 ? $"row {start}" : $"rows {start} to {start + count - 1}";

    internal static MapResult OfRows<TValue>(
        ColumnSet source, int start, int count, Func<Row, int, IReadOnlyDictionary<string, TValue>> function, CancellationToken cancel)
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
                throw ColumnMismatch($"row {row}", values.Keys, builders.Keys);
            foreach (var (name, value) in values)
                ColumnFactory.Add(builders[name], name, value, row);
        }
        var result = new MapResult(start, count);
        foreach (var (name, builder) in builders)
            result.Columns.Add(name, builder.Build());
        return result;
    }

    internal static MapResult OfBatch<TValue>(Batch batch, Func<Batch, IReadOnlyDictionary<string, TValue>> function)
    {
        var result = new MapResult(batch.Start, batch.RowCount);
        foreach (var (name, values) in Call(() => function(batch), result.Place))
            result.Columns.Add(name, ColumnFactory.Build(name, (object?)values ?? throw new DatasetException("The function returned null "
                + $"for the column '{name}' of {result.Place}. Return a list with one value per row."), batch.Start));
        var first = result.Columns.FirstOrDefault();
        foreach (var (name, data) in result.Columns)
            if (data.Count != first.Value.Count)
                throw new DatasetException($"For {result.Place}, the function returned {Quantity.Of(data.Count, "value")} of column "
                    + $"'{name}' but {first.Value.Count} of '{first.Key}'. Return the same number of values for all columns.");
        return result;
    }

    /// <summary>Calls the caller's function. If the function throws, the message of the exception contains the rows.</summary>
    internal static T Call<T>(Func<T> function, string rows)
    {
        try
        {
            return function() ?? throw new DatasetException("The function returned null. It must return a value.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new DatasetException($"The function failed on {rows}: {error.Message}", error);
        }
    }

    /// <exception cref="DatasetException">The columns differ from the columns of the first rows.</exception>
    internal void RequireColumns(MapResult first)
    {
        if (Columns.Count != first.Columns.Count || !Columns.Keys.All(first.Columns.ContainsKey))
            throw ColumnMismatch(Place, Columns.Keys, first.Columns.Keys);
    }

    /// <exception cref="DatasetException">The function changed the number of rows although an original column is kept.</exception>
    internal void RequireRows(string kept)
    {
        foreach (var (name, data) in Columns)
            if (data.Count != _count)
                throw new DatasetException($"For {Place}, the function returned {Quantity.Of(data.Count, "value")} of column '{name}', "
                    + $"but the column '{kept}', which is kept, has {_count}. To change the number of rows, remove all original columns "
                    + "(removeColumns: dataset.ColumnNames).");
    }

    /// <exception cref="DatasetException">The type of a column differs from its type in the previous rows.</exception>
    internal void RequireType(string name, Feature known)
    {
        var data = Columns[name];
        if (!known.Matches(data.Feature))
            throw new DatasetException($"Column '{name}', row {Start + FirstNonNull(data)}: "
                + $"the function returned {data.Feature}, but {known} for the previous rows. Return the same type for all rows.");
    }

    private static int FirstNonNull(ColumnData data)
    {
        var row = 0;
        while (row < data.Count - 1 && data.IsNull(row))
            row++;
        return row;
    }

    private static DatasetException ColumnMismatch(string rows, IEnumerable<string> names, IEnumerable<string> before) =>
        new($"The function returned {ColumnsText(names)} for {rows}, but {ColumnsText(before)} for the previous rows. Return the same "
            + "columns for all rows, with null for missing values.");

    private static string ColumnsText(IEnumerable<string> names) => names.Any() ? $"the columns {string.Join(", ", names)}" : "no columns";
}
