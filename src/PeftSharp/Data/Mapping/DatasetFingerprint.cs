using System.Runtime.InteropServices;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// A hash of the content of columns: their names and types, and their values in the order of the rows. Columns with the same fingerprint
/// have the same content.
/// </summary>
/// <remarks>
/// The fingerprint does not depend on how the dataset was created; Python's <c>_fingerprint</c> is a hash of the calls that created the
/// dataset. For values in a mapped file, the fingerprint of the file and the position in the file are hashed instead of the values.
/// </remarks>
internal static class DatasetFingerprint
{
    internal static string Of(IEnumerable<Column> columns)
    {
        using var hash = new ContentHash();
        foreach (var column in columns)
            Add(hash, column);
        return hash.Complete();
    }

    private static void Add(ContentHash hash, Column column)
    {
        hash.Add(column.Name);
        Add(hash, column.Feature);
        hash.Add(column.Count);
        IReadOnlyList<ColumnData> chunks = column.Data is ChunkedData chunked ? chunked.Parts : [column.Data];
        if (!chunks.Any(chunk => chunk.Location is not null))
        {
            foreach (var (data, start, count) in column.Runs(0, column.Count))
                Add(hash, data, start, count);
            return;
        }
        foreach (var chunk in chunks)
            if (chunk.Location is var (file, position))
            {
                hash.Add(file.Fingerprint);
                hash.Add(position);
                hash.Add(chunk.Count);
            }
            else
                Add(hash, chunk, 0, chunk.Count);
        Add(hash, column.Rows);
    }

    private static void Add(ContentHash hash, RowIndex rows)
    {
        hash.Add(rows.IsRange ? 1 : 0);
        if (rows.IsRange)
            hash.Add(rows.Count == 0 ? 0 : rows[0]);
        for (var row = 0; row < rows.Count && !rows.IsRange; row++)
            hash.Add(rows[row]);
    }

    private static void Add(ContentHash hash, Feature feature)
    {
        hash.Add(feature.GetType().Name);
        switch (feature)
        {
            case Value value:
                hash.Add(value.Dtype);
                break;
            case ClassLabel label:
                hash.Add(label.NumClasses);
                foreach (var name in label.Names)
                    hash.Add(name);
                break;
            case Sequence sequence:
                Add(hash, sequence.Element);
                break;
            case Struct record:
                hash.Add(record.Fields.Count);
                foreach (var (name, field) in record.Fields)
                {
                    hash.Add(name);
                    Add(hash, field);
                }
                break;
        }
    }

    /// <summary>
    /// Adds values. The number of values and the lengths of lists and texts are added before the content, so that different values always
    /// result in different bytes.
    /// </summary>
    private static void Add(ContentHash hash, ColumnData data, int start, int count)
    {
        hash.Add(count);
        hash.Add(data.HasNulls ? 1 : 0);
        for (var i = start; i < start + count && data.HasNulls; i++)
            hash.Add(data.IsNull(i));
        switch (data)
        {
            case PrimitiveData<long> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<int> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<double> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<float> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<bool> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<decimal> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<DateTime> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<TimeOnly> values: AddValues(hash, values, start, count); break;
            case PrimitiveData<TimeSpan> values: AddValues(hash, values, start, count); break;
            case ReferenceData<string> texts:
                for (var i = start; i < start + count; i++)
                    hash.Add(texts[i] ?? "");
                break;
            case ReferenceData<byte[]> bytes:
                for (var i = start; i < start + count; i++)
                {
                    var value = bytes[i] ?? [];
                    hash.Add(value.Length);
                    hash.Add((ReadOnlySpan<byte>)value);
                }
                break;
            case ListData lists:
                AddLists(hash, lists, start, count);
                break;
            case StructData structs:
                foreach (var (name, field) in structs.Fields)
                {
                    hash.Add(name);
                    Add(hash, field, start, count);
                }
                break;
            case NullData:
                break;
            default:
                throw new InvalidOperationException($"Values of type {TypeName.Of(data)} have no fingerprint.");
        }
    }

    /// <summary>Adds the lengths of the lists, then their items, which are consecutive except for null lists.</summary>
    private static void AddLists(ContentHash hash, ListData lists, int start, int count)
    {
        for (var i = start; i < start + count; i++)
            hash.Add(lists.IsNull(i) ? 0 : lists.Range(i).Count);
        for (var i = start; i < start + count;)
        {
            if (lists.IsNull(i))
            {
                i++;
                continue;
            }
            var (first, length) = lists.Range(i);
            for (i++; i < start + count && !lists.IsNull(i) && lists.Range(i) is var next && next.Start == first + length; i++)
                length += next.Count;
            Add(hash, lists.AllItems, first, length);
        }
    }

    /// <remarks>The stored element of a null value can have any content, so it is not added.</remarks>
    private static void AddValues<T>(ContentHash hash, PrimitiveData<T> values, int start, int count) where T : struct
    {
        if (!values.HasNulls)
            hash.Add(MemoryMarshal.AsBytes(values.Slice(start, count)));
        else
            for (var i = start; i < start + count; i++)
                if (!values.IsNull(i) && values[i] is var value)
                    hash.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
    }
}
