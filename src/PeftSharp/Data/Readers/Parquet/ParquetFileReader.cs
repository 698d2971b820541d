using System.Text.RegularExpressions;
using ParquetSharp.Arrow;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads a Parquet file with the implementation of Arrow (ParquetSharp), column by column, in batches of rows.</summary>
/// <remarks>docs/data.md lists the column type of each Parquet type.</remarks>
internal static partial class ParquetFileReader
{
    private const long BytesPerBatch = 64L << 20;
    private const long MaxRowsPerBatch = 1 << 16;

    /// <param name="file">The file.</param>
    /// <param name="options">The options.</param>
    /// <param name="rowGroup">The only row group to read. Null: all.</param>
    internal static Dataset Read(string file, DatasetLoadOptions options, int? rowGroup = null) => Checked(file, () =>
    {
        using var properties = ArrowReaderProperties.GetDefault();
        // 64-bit nanoseconds have a smaller range than INT96 (Spark writes 9999-12-31).
        properties.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond;
        properties.UseThreads = true;
        properties.PreBuffer = false;                            // so that only the current column chunk is in memory
        properties.BatchSize = RowsPerBatch(file);
        using var checks = ParquetSharp.ReaderProperties.GetDefaultReaderProperties();
        checks.EnablePageChecksumVerification();                 // has no effect for pages without a checksum
        using var reader = new FileReader(file, checks, properties);
        return Read(reader, file, options, rowGroup);
    });

    /// <summary>Returns the number of rows of each row group.</summary>
    internal static long[] RowGroups(string file) => Checked(file, () =>
    {
        using var reader = new ParquetSharp.ParquetFileReader(file);
        return Enumerable.Range(0, reader.FileMetaData.NumRowGroups).Select(group =>
        {
            using var rows = reader.RowGroup(group);
            return rows.MetaData.NumRows;
        }).ToArray();
    });

    /// <summary>Converts exceptions of the native library.</summary>
    private static T Checked<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (NativeParquet.IsMissing(error))
        {
            throw NativeParquet.Missing(error);
        }
        catch (Exception error) when (error is not DatasetException and not FileNotFoundException
            and not OutOfMemoryException and not OperationCanceledException)
        {
            var hint = DataStream.WithoutCompression(file) == file ? "" : " Parquet files have internal compression; decompress the file.";
            var reason = NativeMessage().Match(error.Message) is { Success: true } native ? native.Groups["text"].Value
                : ErrorText.Of(error);
            throw new DatasetException($"'{file}' cannot be read as Parquet: {reason}{hint}", error);
        }
    }

    private static Dataset Read(FileReader reader, string file, DatasetLoadOptions options, int? rowGroup)
    {
        var metadata = reader.ParquetReader.FileMetaData;
        if (metadata.NumRows > int.MaxValue && rowGroup is null)
            throw new DatasetException(
                $"'{file}' has {metadata.NumRows} rows, but a dataset can have at most {int.MaxValue}. Split the file.");
        var all = ParquetColumn.Of(metadata.Schema);
        var chosen = ColumnChoice.Of(options.Columns, [.. all.Select(column => column.Name)], file);
        var features = HuggingFaceFeatures.Read(metadata.KeyValueMetadata, file);
        var rowGroups = rowGroup is { } only ? [only] : Enumerable.Range(0, reader.NumRowGroups).ToArray();
        var rows = rowGroup is { } group ? RowsOf(reader, group) : metadata.NumRows;
        var byName = all.DistinctBy(column => column.Name, StringComparer.Ordinal)
            .ToDictionary(column => column.Name, StringComparer.Ordinal);
        var (columns, length) = (new List<Column>(), new FileInfo(file).Length);
        foreach (var name in chosen)
        {
            var column = ReadColumn(reader, rowGroups, byName[name], file, options.Reading);
            options.Reading.OnRead(file, length * (columns.Count + 1) / chosen.Count);
            if (column.Count != rows)
                throw new DatasetException($"'{file}', column '{name}': the column has {Quantity.Of(column.Count, "row")}, "
                    + $"but the metadata of the file says {rows}. The file is damaged.");
            columns.Add(features.TryGetValue(name, out var declared) ? WithClassLabels(column, declared, file) : column);
        }
        return Dataset.FromColumns(columns);
    }

    private static long RowsOf(FileReader reader, int rowGroup)
    {
        using var rows = reader.ParquetReader.RowGroup(rowGroup);
        return rows.MetaData.NumRows;
    }

    private static Column ReadColumn(
        FileReader reader, int[] rowGroups, ParquetColumn column, string file, FileReading reading)
    {
        var (parts, row) = (new List<ColumnData>(), 0);
        try
        {
            Int96Times.RequireMicroseconds(reader.ParquetReader, column, rowGroups);
            using var stream = reader.GetRecordBatchReader(rowGroups, column.LeafIndices);
            var converter = new ArrowColumn(column.LeafTypes);
            // The stream reads local data synchronously: the returned task is complete.
            while (stream.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
            {
                using (batch)
                {
                    parts.Add(converter.Convert(batch.Column(0)));
                    row += batch.Length;
                }
                reading.ThrowIfCancelled();
            }
            return parts.Count > 0
                ? new Column(column.Name, ChunkedData.Of(parts))
                : new Column(column.Name, ArrowFeatures.Of(stream.Schema.FieldsList[0].DataType, column.LeafTypes), new NullData(0),
                    RowIndex.All(0));
        }
        catch (UnreadableValueException error)
        {
            throw new DatasetException(
                $"'{file}', column '{column.Name}', row {row + error.Index}: {error.Message} {Remedy(column)}", error);
        }
        catch (Exception error) when (
            error is not OutOfMemoryException and not OperationCanceledException && !NativeParquet.IsMissing(error))
        {
            throw new DatasetException($"'{file}', column '{column.Name}': {ErrorText.Of(error)} {Remedy(column)}", error);
        }
    }

    private static string Remedy(ParquetColumn column) =>
        $"Store '{column.Name}' with another type, or select other columns with DatasetLoadOptions.Columns.";

    private static Column WithClassLabels(Column column, System.Text.Json.JsonElement declared, string file)
    {
        try
        {
            var feature = HuggingFaceFeatures.Refine(column.Feature, declared);
            return feature == column.Feature ? column : ColumnCast.Cast(column, feature);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"'{file}': {error.Message}", error);
        }
    }

    /// <summary>The format of error messages of the native library: the mangled name of the C++ type, then the message.</summary>
    [GeneratedRegex(@"^\w+ \(message: '(?<text>.*)'\)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex NativeMessage();

    /// <summary>
    /// Returns the number of rows per batch for which an average batch has at most <see cref="BytesPerBatch"/> bytes. Rows may be large,
    /// such as images or books.
    /// </summary>
    private static long RowsPerBatch(string file)
    {
        using var reader = new ParquetSharp.ParquetFileReader(file);
        var (rows, bytes) = (0L, 0L);
        for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
        {
            using var rowGroup = reader.RowGroup(group);
            rows += rowGroup.MetaData.NumRows;
            bytes += rowGroup.MetaData.TotalByteSize;
        }
        return bytes <= 0 ? MaxRowsPerBatch : Math.Clamp(BytesPerBatch / Math.Max(1, bytes / Math.Max(1, rows)), 1, MaxRowsPerBatch);
    }
}
