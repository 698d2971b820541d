using System.Data;
using System.Data.Common;

namespace PeftSharp.Data;

/// <content>Datasets of ADO.NET.</content>
public sealed partial class Dataset
{
    /// <summary>Creates a dataset from the rows of a data reader: <c>Dataset.FromDataReader(command.ExecuteReader())</c>.</summary>
    /// <remarks>
    /// The columns have the names of the reader. Supported values are numbers, strings, booleans, dates and times, <see cref="Guid"/>
    /// (converted to a string), <c>byte[]</c>, and arrays of these. <see cref="DBNull"/> is converted to null. A column that contains both
    /// <see cref="long"/> and <see cref="double"/> values, which SQLite allows, is float64. The rows are copied into memory. The caller
    /// disposes the reader.
    /// </remarks>
    /// <param name="reader">The reader. The remaining rows of its current result set are read.</param>
    /// <exception cref="DatasetException">
    /// The reader has no columns, a column has no name, two columns have the same name, the values of a column have different types, or a
    /// type is not supported.
    /// </exception>
    public static Dataset FromDataReader(IDataReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var rows = new DataRecordRows(reader);
        while (reader.Read())
            rows.Add();
        return rows.ToDataset();
    }

    /// <summary>Creates a dataset from the rows of a data reader asynchronously.</summary>
    /// <inheritdoc cref="FromDataReader"/>
    /// <param name="reader">The reader. The remaining rows of its current result set are read.</param>
    /// <param name="cancellationToken">Passed to the reader.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static async Task<Dataset> FromDataReaderAsync(DbDataReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var rows = new DataRecordRows(reader);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add();
        return rows.ToDataset();
    }

    /// <summary>Creates a dataset from the rows of a <see cref="DataTable"/>, without deleted rows.</summary>
    /// <remarks>The columns have the names of the table's columns. See <see cref="FromDataReader"/> for the supported types.</remarks>
    /// <param name="table">The table, whose rows are copied.</param>
    /// <exception cref="DatasetException">
    /// The table has no columns, the values of a column have different types, or a type is not supported.
    /// </exception>
    public static Dataset FromDataTable(DataTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var reader = table.CreateDataReader();
        return FromDataReader(reader);
    }
}
