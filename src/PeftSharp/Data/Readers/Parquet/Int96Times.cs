using System.Globalization;
using ParquetSharp;

namespace PeftSharp.Data;

/// <summary>Checks INT96 timestamps, which Spark and Impala write as a day and the nanoseconds of the day.</summary>
/// <remarks>
/// They are read in microseconds, because 64-bit nanoseconds cannot represent the year 9999. Arrow would truncate fractions of a
/// microsecond, so this check throws first.
/// </remarks>
internal static class Int96Times
{
    private const int Batch = 4096;

    /// <exception cref="DatasetException">A timestamp is not a multiple of a microsecond.</exception>
    internal static void RequireMicroseconds(ParquetSharp.ParquetFileReader reader, ParquetColumn column, int[] rowGroups)
    {
        foreach (var leaf in column.LeafIndices.Where(leaf => reader.FileMetaData.Schema.Column(leaf).PhysicalType == PhysicalType.Int96))
            foreach (var group in rowGroups)
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
                    throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"Row group {group} contains an INT96 timestamp "
                        + $"with {nanoseconds} nanoseconds of the day, which is not a multiple of a microsecond."));
    }
}
