using System.Text.Json.Nodes;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;
using ParquetSharp.IO;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Writes rows as Parquet with the implementation of Arrow (ParquetSharp), in row groups of about equal size.</summary>
/// <remarks>
/// The metadata contains the column types and class names in the form in which Python's <c>datasets</c> writes them. The unit of times, the
/// time zone and the number of decimal places depend on the values, but the types must be known before the first row group is written.
/// Therefore, columns with such values are read twice.
/// </remarks>
internal sealed class ParquetWriter
{
    /// <summary>The approximate size of a row group in memory.</summary>
    private const long RowGroupBytes = 64L << 20;

    private readonly IReadOnlyList<Column> _columns;
    private readonly ArrowAppender[] _appenders;
    private readonly int _rows;

    /// <param name="columns">The columns.</param>
    /// <param name="rows">The number of rows.</param>
    /// <exception cref="DatasetException">A value cannot be stored; the message names its column.</exception>
    internal ParquetWriter(IReadOnlyList<Column> columns, int rows)
    {
        (_columns, _rows) = (columns, rows);
        _appenders = [.. columns.Select(column => ArrowAppenders.Create(column.Feature))];
        for (var i = 0; i < _columns.Count; i++)
            for (var start = 0; start < rows && DependsOnValues(_columns[i].Feature); start += RowLoop.RowsPerReport)
            {
                Append(i, start, Math.Min(RowLoop.RowsPerReport, rows - start));
                _appenders[i].Clear();
            }
    }

    /// <summary>The approximate size of the written rows in memory.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The types of the columns, as <c>datasets</c> writes them to JSON.</summary>
    internal JsonObject Features() => new(_columns.Zip(_appenders, (column, appender) => KeyValuePair.Create(
        column.Name, (JsonNode?)FeatureJson.Of(column.Feature, appender.Type))));

    /// <summary>Writes all rows to one file.</summary>
    /// <exception cref="DatasetException">A value cannot be stored; the message names its column.</exception>
    internal static void Write(Stream stream, IReadOnlyList<Column> columns, int rows, RowLoop loop) =>
        new ParquetWriter(columns, rows).Write(stream, 0, rows, long.MaxValue, loop);

    /// <summary>Writes a file with rows from <paramref name="start"/>, up to <paramref name="end"/> or until it is large enough.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="start">The first row.</param>
    /// <param name="end">The end of the range of rows.</param>
    /// <param name="maxBytes">The size in memory of the rows after which the file ends.</param>
    /// <param name="loop">Reports the progress.</param>
    /// <returns>The index after the last row of the file.</returns>
    /// <exception cref="DatasetException">A value cannot be stored; the message names its column.</exception>
    internal int Write(Stream stream, int start, int end, long maxBytes, RowLoop loop)
    {
        try
        {
            return WriteRows(stream, start, end, maxBytes, loop);
        }
        catch (Exception error) when (NativeParquet.IsMissing(error))
        {
            throw NativeParquet.Missing(error);
        }
    }

    private int WriteRows(Stream stream, int start, int end, long maxBytes, RowLoop loop)
    {
        var schema = Schema();
        using var output = new ManagedOutputStream(stream, leaveOpen: true);
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Snappy).Build();
        using var arrowBuilder = new ArrowWriterPropertiesBuilder();
        using var arrowProperties = arrowBuilder.StoreSchema().Build();
        using var writer = new FileWriter(output, schema, properties, arrowProperties);
        var (pending, before) = (0, Bytes);
        var next = loop.RunBatches(start, end, _rows, (first, count) =>
        {
            for (var i = 0; i < _columns.Count; i++)
                Append(i, first, count);
            pending += count;
            var bytes = _appenders.Sum(appender => appender.Bytes);
            var isFull = Bytes - before + bytes >= maxBytes;
            if (!isFull && first + count < end && bytes < RowGroupBytes)
                return true;
            WriteRowGroup(writer, schema, pending);
            (pending, Bytes) = (0, Bytes + bytes);
            return !isFull;
        });
        writer.Close();
        return next;
    }

    private void WriteRowGroup(FileWriter writer, Schema schema, int rows)
    {
        using (var batch = new RecordBatch(schema, _appenders.Select(appender => ArrowArrayFactory.BuildArray(appender.Build())), rows))
            writer.WriteRecordBatch(batch, chunkSize: Math.Max(rows, 1));
        foreach (var appender in _appenders)
            appender.Clear();
    }

    private void Append(int column, int start, int count)
    {
        try
        {
            foreach (var (data, from, length) in _columns[column].Runs(start, count))
                _appenders[column].Append(data, from, length);
        }
        catch (DatasetException error)
        {
            throw new DatasetException(
                $"Column '{_columns[column].Name}', rows {start} to {start + count - 1}: {error.Message}", error);
        }
    }

    private Schema Schema()
    {
        var metadata = new JsonObject { ["info"] = new JsonObject { ["features"] = Features() } };
        return new Schema(
            _columns.Zip(_appenders, (column, appender) => new Field(column.Name, appender.Type, nullable: true)),
            new Dictionary<string, string> { ["huggingface"] = PythonJson.Dumps(metadata, indent: null, sortKeys: false) });
    }

    private static bool DependsOnValues(Feature feature) => feature switch
    {
        Value value => value.Dtype is "timestamp" or "time" or "duration" or "decimal",
        Sequence sequence => DependsOnValues(sequence.Element),
        Struct record => record.Fields.Values.Any(DependsOnValues),
        _ => false,
    };
}
