using System.Text.RegularExpressions;
using ParquetSharp.Arrow;

namespace PeftSharp.Data;

/// <summary>Reads a Parquet file with Arrow's own implementation (ParquetSharp), one column at a time and in batches of rows.</summary>
/// <remarks>docs/data.md lists what each Parquet type becomes.</remarks>
internal static partial class ParquetFileReader
{
    private const long BytesPerBatch = 64L << 20;
    private const long MaxRowsPerBatch = 1 << 16;

    internal static Dataset Read(string file, LoadOptions options)
    {
        try
        {
            using var properties = ArrowReaderProperties.GetDefault();
            // INT96 counts nanoseconds in a range that a 64-bit count of nanoseconds cannot hold (Spark's 9999-12-31).
            properties.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond;
            properties.UseThreads = true;
            properties.PreBuffer = false;                        // only the column chunk being decoded is in memory
            properties.BatchSize = RowsPerBatch(file);
            using var checks = ParquetSharp.ReaderProperties.GetDefaultReaderProperties();
            checks.EnablePageChecksumVerification();             // of pages that have a checksum
            using var reader = new FileReader(file, checks, properties);
            return Read(reader, file, options);
        }
        catch (Exception error) when (NativeParquet.IsMissing(error))
        {
            throw NativeParquet.Missing(error);
        }
        catch (Exception error) when (error is not DatasetException and not FileNotFoundException and not OutOfMemoryException)
        {
            var reason = NativeMessage().Match(error.Message) is { Success: true } native ? native.Groups["text"].Value : error.Message;
            throw new DatasetException($"'{file}' cannot be read as Parquet: {reason}{(DataStream.WithoutCompression(file) == file ? "" : " A Parquet file is compressed inside; decompress the file around it.")}", error);
        }
    }

    private static Dataset Read(FileReader reader, string file, LoadOptions options)
    {
        var metadata = reader.ParquetReader.FileMetaData;
        if (metadata.NumRows > int.MaxValue)
            throw new DatasetException($"'{file}' has {metadata.NumRows} rows; a data set holds at most {int.MaxValue}. Split the file.");
        var all = ParquetColumn.Of(metadata.Schema);
        var chosen = ColumnChoice.Of(options.Columns, [.. all.Select(column => column.Name)], file);
        var features = HuggingFaceFeatures.Read(metadata.KeyValueMetadata, file);
        var rowGroups = Enumerable.Range(0, reader.NumRowGroups).ToArray();
        var byName = all.DistinctBy(column => column.Name, StringComparer.Ordinal).ToDictionary(column => column.Name, StringComparer.Ordinal);
        var columns = new List<Column>();
        foreach (var name in chosen)
        {
            var column = ReadColumn(reader, rowGroups, byName[name], file);
            if (column.Count != metadata.NumRows)
                throw new DatasetException($"'{file}', column '{name}': it has {column.Count} rows, and the file says that there are {metadata.NumRows}. The file is damaged.");
            columns.Add(features.TryGetValue(name, out var declared) ? WithLabels(column, declared, file) : column);
        }
        return Dataset.FromColumns(columns);
    }

    private static Column ReadColumn(FileReader reader, int[] rowGroups, ParquetColumn column, string file)
    {
        var (parts, row) = (new List<ColumnData>(), 0);
        try
        {
            Int96Times.RequireMicroseconds(reader.ParquetReader, column);
            using var stream = reader.GetRecordBatchReader(rowGroups, column.LeafIndices);
            var converter = new ArrowColumn(column.LeafTypes);
            // The stream reads from local memory and files: the task is complete when it is returned.
            while (stream.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
            {
                using (batch)
                {
                    parts.Add(converter.Convert(batch.Column(0)));
                    row += batch.Length;
                }
            }
            return parts.Count > 0
                ? new Column(column.Name, ChunkedData.Of(parts))
                : new Column(column.Name, ArrowFeatures.Of(stream.Schema.FieldsList[0].DataType, column.LeafTypes), new NullData(0), RowIndex.All(0));
        }
        catch (UnreadableValueException error)
        {
            throw new DatasetException($"'{file}', column '{column.Name}', row {row + error.Index}: {error.Message} {WayOut(column)}", error);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !NativeParquet.IsMissing(error))
        {
            throw new DatasetException($"'{file}', column '{column.Name}': {error.Message} {WayOut(column)}", error);
        }
    }

    private static string WayOut(ParquetColumn column) => $"Write '{column.Name}' as another type, or choose other columns with LoadOptions.Columns.";

    private static Column WithLabels(Column column, System.Text.Json.JsonElement declared, string file)
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

    /// <summary>An error of the native library: the mangled name of its C++ type, then the text.</summary>
    [GeneratedRegex(@"^\w+ \(message: '(?<text>.*)'\)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex NativeMessage();

    /// <summary>Rows per batch so that a batch of an average column group stays below <see cref="BytesPerBatch"/>: rows may be images or whole books.</summary>
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
