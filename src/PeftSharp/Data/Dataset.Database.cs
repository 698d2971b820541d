using System.Data;
using System.Data.Common;

namespace PeftSharp.Data;

public sealed partial class Dataset
{
    /// <summary>A data set of the rows that a database command returns: <c>Dataset.FromDataReader(command.ExecuteReader())</c>.</summary>
    /// <remarks>
    /// The columns have the names and types of the reader: numbers, text, truth values, times, <see cref="Guid"/> (as text) and <c>byte[]</c>; <see cref="DBNull"/> is null. A column in which
    /// integers and fractions meet, as SQLite allows, is float64. The rows are copied into memory and the reader is left at its end; the caller disposes it.
    /// </remarks>
    /// <param name="reader">The reader, before its first row or after rows that are to be skipped; its current result set is read.</param>
    /// <exception cref="DatasetException">A column has no name or the name of another, values of a column differ in type, or a type cannot be stored.</exception>
    public static Dataset FromDataReader(IDataReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var rows = new DataRecordRows(reader);
        while (reader.Read())
            rows.Add();
        return rows.ToDataset();
    }

    /// <summary>A data set of the rows that a database command returns, read without blocking a thread.</summary>
    /// <inheritdoc cref="FromDataReader"/>
    /// <param name="reader">The reader, before its first row or after rows that are to be skipped; its current result set is read.</param>
    /// <param name="cancellationToken">Passed to the reader.</param>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public static async Task<Dataset> FromDataReaderAsync(DbDataReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var rows = new DataRecordRows(reader);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add();
        return rows.ToDataset();
    }

    /// <summary>A data set of the rows of a <see cref="DataTable"/>; rows that were deleted are left out.</summary>
    /// <inheritdoc cref="FromDataReader"/>
    /// <param name="table">The table; its rows are copied.</param>
    public static Dataset FromDataTable(DataTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var reader = table.CreateDataReader();
        return FromDataReader(reader);
    }
}
