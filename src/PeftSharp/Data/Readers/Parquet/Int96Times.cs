using System.Globalization;
using ParquetSharp;

namespace PeftSharp.Data;

/// <summary>INT96 times, as Spark and Impala write them: a day, and the nanoseconds of the day.</summary>
/// <remarks>Arrow is asked for microseconds, since 64-bit nanoseconds do not reach the year 9999; what is finer must be refused before it is cut off.</remarks>
internal static class Int96Times
{
    private const int Batch = 4096;

    /// <exception cref="DatasetException">A time is finer than a microsecond.</exception>
    internal static void RequireMicroseconds(ParquetSharp.ParquetFileReader reader, ParquetColumn column)
    {
        foreach (var leaf in column.LeafIndices.Where(leaf => reader.FileMetaData.Schema.Column(leaf).PhysicalType == PhysicalType.Int96))
            for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
            {
                using var rows = reader.RowGroup(group);
                using var values = (ColumnReader<Int96>)rows.Column(leaf);
                Check(values, group);
            }
    }

    private static void Check(ColumnReader<Int96> reader, int group)
    {
        var (values, definition, repetition) = (new Int96[Batch], new short[Batch], new short[Batch]);
        while (reader.HasNext && reader.ReadBatch(Batch, definition, repetition, values, out var count) > 0)
            foreach (var value in values.AsSpan(0, checked((int)count)))
                if (((ulong)(uint)value.B << 32 | (uint)value.A) is var nanoseconds && nanoseconds % 1000 != 0)
                    throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"Row group {group} holds an INT96 time with {nanoseconds} nanoseconds of the day, which is finer than a microsecond."));
    }
}
