namespace PeftSharp.Data;

/// <summary>Combines rows of a stream into columns.</summary>
internal static class RowSet
{
    /// <summary>
    /// Returns the rows as columns. Values are not copied if all rows refer to the same columns. As in Python, the value of a column that a
    /// row does not have is null.
    /// </summary>
    /// <exception cref="DatasetException">The values of a column have different types.</exception>
    internal static ColumnSet Of(IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
            return new ColumnSet([], 0);
        var first = rows[0].Columns;
        if (rows.All(row => ReferenceEquals(row.Columns, first)))
            return IsRange(rows)
                ? first.SelectRows(rows.Count, index => index.Slice(rows[0].Position, rows.Count))
                : first.SelectRows(rows.Count, index => index.Pick([.. rows.Select(row => row.Position)]));
        return new ColumnSet(Names(rows).Select(name => Combine(name, rows)), rows.Count);
    }

    private static bool IsRange(IReadOnlyList<Row> rows)
    {
        for (var i = 1; i < rows.Count; i++)
            if (rows[i].Position != rows[i - 1].Position + 1)
                return false;
        return true;
    }

    /// <summary>Returns the names of the columns in the order of their first occurrence.</summary>
    private static IReadOnlyList<string> Names(IReadOnlyList<Row> rows)
    {
        var names = rows[0].Columns.Names;
        return rows.All(row => ReferenceEquals(row.Columns, rows[0].Columns) || row.Columns.Names.SequenceEqual(names))
            ? names
            : [.. rows.SelectMany(row => row.Columns.Names).Distinct()];
    }

    private static Column Combine(string name, IReadOnlyList<Row> rows)
    {
        var builder = new ColumnBuilder();
        Feature? feature = null;
        foreach (var row in rows)
        {
            if (!row.Columns.Contains(name))
            {
                builder.AddNull();
                continue;
            }
            var column = row.Columns[name];
            if (feature is null)
                feature = column.Feature;
            else if (!ReferenceEquals(feature, column.Feature))
                feature = feature.Matches(column.Feature)
                    ? feature.Unify(column.Feature)
                    : throw new DatasetException($"Column '{name}', row {row.Index} of the stream: the type is {column.Feature}, but "
                        + $"{feature} in the previous rows. All rows must have the same type. Convert the column with CastColumn or Map.");
            builder.Add(column[row.Position]);
        }
        var values = builder.Build();
        return new Column(name, feature!, values.Conform(feature!), RowIndex.All(values.Count));
    }
}
