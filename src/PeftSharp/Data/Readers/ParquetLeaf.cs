using Parquet;
using Parquet.Schema;

namespace PeftSharp.Data;

/// <summary>The values of one innermost column of a row group, and its levels: what Dremel (Melnik et al. 2010) stores of nesting and absence.</summary>
/// <param name="Values">The values that are there, without gaps.</param>
/// <param name="Definition">For each entry how far down the column is defined; null where nothing can be absent.</param>
/// <param name="Repetition">For each entry at which depth a list goes on (0 begins a row); null where there are no lists.</param>
internal sealed record ParquetLeaf(Array Values, int[]? Definition, int[]? Repetition)
{
    internal static Task<ParquetLeaf> ReadAsync(ParquetRowGroupReader rows, DataField field) => field.ClrType switch
    {
        var type when type == typeof(long) => ReadAsync<long, long>(rows, field, value => value),
        var type when type == typeof(int) => ReadAsync<int, int>(rows, field, value => value),
        var type when type == typeof(double) => ReadAsync<double, double>(rows, field, value => value),
        var type when type == typeof(float) => ReadAsync<float, float>(rows, field, value => value),
        var type when type == typeof(bool) => ReadAsync<bool, bool>(rows, field, value => value),
        var type when type == typeof(DateTime) => ReadAsync<DateTime, DateTime>(rows, field, value => value),
        var type when type == typeof(sbyte) => ReadAsync<sbyte, int>(rows, field, value => value),
        var type when type == typeof(byte) => ReadAsync<byte, int>(rows, field, value => value),
        var type when type == typeof(short) => ReadAsync<short, int>(rows, field, value => value),
        var type when type == typeof(ushort) => ReadAsync<ushort, int>(rows, field, value => value),
        var type when type == typeof(uint) => ReadAsync<uint, long>(rows, field, value => value),
        var type when type == typeof(ulong) => ReadAsync<ulong, long>(rows, field, value => checked((long)value)),
        var type when type == typeof(decimal) => ReadAsync<decimal, double>(rows, field, value => (double)value),
        var type when type == typeof(ReadOnlyMemory<char>) => ReadAsync<ReadOnlyMemory<char>, string>(rows, field, value => value.Span.ToString()),
        var type when type == typeof(ReadOnlyMemory<byte>) => ReadAsync<ReadOnlyMemory<byte>, byte[]>(rows, field, value => value.ToArray()),
        var type => throw new DatasetException($"Values of the type {type.Name} cannot be read; convert the column to numbers, text or bytes when it is written."),
    };

    private static async Task<ParquetLeaf> ReadAsync<TStored, T>(ParquetRowGroupReader rows, DataField field, Func<TStored, T> convert) where TStored : struct
    {
        var chunk = rows.GetMetadata(field)?.MetaData ?? throw new DatasetException("The row group lacks the column; the file is damaged.");
        var count = checked((int)chunk.NumValues);
        var stored = new TStored[count];
        var definition = field.MaxDefinitionLevel > 0 ? new int[count] : null;
        var repetition = field.MaxRepetitionLevel > 0 ? new int[count] : null;
        await rows.ReadRawAsync(field, stored.AsMemory(), Buffer(definition), Buffer(repetition)).ConfigureAwait(false);
        var there = definition is null ? count : definition.Count(level => level == field.MaxDefinitionLevel);
        if (stored is T[] same)
            return new ParquetLeaf(there == count ? same : same[..there], definition, repetition);
        return new ParquetLeaf(Array.ConvertAll(stored[..there], value => convert(value)), definition, repetition);

        static Memory<int>? Buffer(int[]? levels) => levels is null ? (Memory<int>?)null : levels;
    }
}
