using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Creates columns with one value, for a row that is computed separately.</summary>
internal static class SingleRow
{
    /// <summary>Returns the values of a row as columns with one value.</summary>
    internal static ColumnSet Of(Row row) => row.Columns.RowCount == 1
        ? row.Columns
        : row.Columns.SelectRows(1, rows => rows.Slice(row.Position, 1));

    /// <exception cref="DatasetException">The type of the value is not supported; the message contains the column and the row.</exception>
    internal static Column Column(string name, object? value, long row)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var builder = new ColumnBuilder();
        ColumnFactory.Add(builder, name, value, (int)row);
        return new Column(name, builder.Build());
    }

    /// <summary>Converts a row to the declared types. Missing columns are null.</summary>
    /// <exception cref="DatasetException">A value cannot be converted, or the row has a column that is not declared.</exception>
    internal static ColumnSet Conform(ColumnSet row, IReadOnlyDictionary<string, Feature> features, long index)
    {
        if (row.Names.FirstOrDefault(name => !features.ContainsKey(name)) is { } unknown)
            throw new DatasetException($"Row {index} has the column '{unknown}', which the features do not declare. "
                + $"Declared columns: {NameList.Of(features.Keys)}.");
        return new ColumnSet(features.Select(feature => row.Contains(feature.Key)
            ? Cast(row[feature.Key], feature.Value, index)
            : new Column(feature.Key, feature.Value, new NullData(1), RowIndex.All(1))), 1);
    }

    /// <exception cref="DatasetException">The value cannot be converted; the message contains the row in the stream.</exception>
    internal static Column Cast(Column column, Feature feature, long index)
    {
        try
        {
            return ColumnCast.Cast(column, feature);
        }
        catch (DatasetException error) when (error.InnerException is { } cause)
        {
            throw new DatasetException($"Column '{column.Name}', row {index} of the stream: '{ValueText.Of(column[0])}' ({column.Feature}) "
                + $"cannot be converted to {feature}. {ErrorText.Of(cause)}", error);
        }
    }
}
