using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp;
using ParquetSharp.Arrow;
using Array = System.Array;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>Writes small Parquet files with Arrow's own writer.</summary>
internal static class ParquetFiles
{
    /// <summary>One file of these columns; each array is a column, all of equal length.</summary>
    /// <param name="file">The path.</param>
    /// <param name="columns">Names and arrays.</param>
    /// <param name="configure">Encodings, compression, page version.</param>
    /// <param name="rowGroup">Rows per row group.</param>
    /// <param name="metadata">Key-value metadata of the schema.</param>
    /// <param name="storeArrowSchema">
    /// Whether the file contains the Arrow types in addition to the Parquet types, as files of pyarrow do.
    /// </param>
    internal static string Write(
        string file, (string Name, IArrowArray Values)[] columns, Action<WriterPropertiesBuilder>? configure = null,
        long rowGroup = 1 << 20, IReadOnlyDictionary<string, string>? metadata = null, bool storeArrowSchema = true)
    {
        var schema = new Schema(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: true)), metadata);
        using var builder = new WriterPropertiesBuilder();
        configure?.Invoke(builder);
        using var properties = builder.Build();
        using var arrowBuilder = new ArrowWriterPropertiesBuilder();
        if (storeArrowSchema)
            arrowBuilder.StoreSchema();
        using var arrowProperties = arrowBuilder.Build();
        using var writer = new FileWriter(file, schema, properties, arrowProperties);
        writer.WriteRecordBatch(new RecordBatch(schema, columns.Select(column => column.Values), columns[0].Values.Length), rowGroup);
        writer.Close();
        return file;
    }

    /// <summary>An array of stored values as they lie in memory: counts of units, bits of halves.</summary>
    internal static IArrowArray Raw<T>(IArrowType type, params T?[] values) where T : unmanaged
    {
        var stored = new ArrowBuffer(MemoryMarshal.AsBytes(values.Select(value => value.GetValueOrDefault()).ToArray().AsSpan()).ToArray());
        return ArrowArrayFactory.BuildArray(new ArrayData(
            type, values.Length, values.Count(value => value is null), 0, [Bitmap(values.Select(value => value is not null)), stored]));
    }

    internal static IArrowArray Int64(params long?[] values) => Raw(Int64Type.Default, values);

    internal static IArrowArray Int32(params int?[] values) => Raw(Int32Type.Default, values);

    internal static StringArray Text(params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values)
            builder.Append(value);
        return builder.Build();
    }

    /// <summary>Lists of <paramref name="items"/>: a count for each list, null for an absent one.</summary>
    internal static IArrowArray Lists(NestedType type, IArrowArray items, params int?[] counts)
    {
        var offsets = new int[counts.Length + 1];
        for (var i = 0; i < counts.Length; i++)
            offsets[i + 1] = offsets[i] + counts[i].GetValueOrDefault();
        var stored = type is LargeListType
            ? new ArrowBuffer(MemoryMarshal.AsBytes(Array.ConvertAll(offsets, offset => (long)offset).AsSpan()).ToArray())
            : new ArrowBuffer(MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray());
        ArrowBuffer[] buffers = type is FixedSizeListType
            ? [Bitmap(counts.Select(count => count is not null))]
            : [Bitmap(counts.Select(count => count is not null)), stored];
        return ArrowArrayFactory.BuildArray(
            new ArrayData(type, counts.Length, counts.Count(count => count is null), 0, buffers, [items.Data]));
    }

    internal static IArrowArray Structs(IReadOnlyList<(string Name, IArrowArray Values)> fields, params bool[] present)
    {
        var type = new StructType([.. fields.Select(field => new Field(field.Name, field.Values.Data.DataType, nullable: true))]);
        return ArrowArrayFactory.BuildArray(new ArrayData(
            type, present.Length, present.Count(there => !there), 0, [Bitmap(present)], fields.Select(field => field.Values.Data)));
    }

    private static ArrowBuffer Bitmap(IEnumerable<bool> bits) => new ArrowBuffer.BitmapBuilder().AppendRange(bits).Build();
}
