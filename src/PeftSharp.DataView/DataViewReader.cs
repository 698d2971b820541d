using Microsoft.ML;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>Reads the rows of an <see cref="IDataView"/> into a dataset.</summary>
internal static class DataViewReader
{
    /// <exception cref="DatasetException">A column has an unsupported type, or an integer is above the maximum of int64.</exception>
    internal static Dataset Read(IDataView view, CancellationToken cancellationToken)
    {
        var columns = view.Schema.Where(column => !column.IsHidden).ToArray();
        using var cursor = view.GetRowCursor(columns);
        var readers = Array.ConvertAll(columns, column => DataViewColumnReader.Create(cursor, column));
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var reader in readers)
                reader.ReadRow();
        }
        var dataset = Dataset.FromDict([.. readers.Select(reader => (reader.Name, reader.Values))]);
        foreach (var reader in readers)
            if (reader.Feature is { } feature)
                dataset = dataset.CastColumn(reader.Name, feature);
        return dataset;
    }
}
