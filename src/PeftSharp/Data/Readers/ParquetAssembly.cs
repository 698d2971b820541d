using System.Collections;
using Parquet.Schema;

namespace PeftSharp.Data;

/// <summary>Turns values and levels back into columns, lists and records.</summary>
internal static class ParquetAssembly
{
    internal static ColumnData Assemble(Field field, Dictionary<DataField, ParquetLeaf> leaves, int rows)
    {
        var entries = leaves[FirstLeaf(field)].Definition is { } definition ? definition.Length : rows;
        return Build(field, leaves, depth: 0, defined: 0, entries);
    }

    /// <param name="field">What is built.</param>
    /// <param name="leaves">The innermost columns.</param>
    /// <param name="depth">How many lists lie around the field.</param>
    /// <param name="defined">Entries below this definition level are not there: a list around the field is empty or absent.</param>
    /// <param name="expected">How many values there must be where nothing can be absent.</param>
    private static ColumnData Build(Field field, Dictionary<DataField, ParquetLeaf> leaves, int depth, int defined, int expected) => field switch
    {
        DataField leaf => Values(leaf, leaves[leaf], defined, expected),
        ListField list => List(list, leaves, depth, defined, expected),
        _ => Record((StructField)field, leaves, depth, defined, expected),
    };

    private static ColumnData Values(DataField field, ParquetLeaf leaf, int defined, int expected)
    {
        if (field.IsArray)
            throw new DatasetException("Lists in the old form of a repeated field cannot be read; write them as lists, as Arrow does.");
        if (leaf.Definition is null && leaf.Values.Length != expected)
            throw new DatasetException($"There are {leaf.Values.Length} values for {expected} rows; the file is damaged.");
        return leaf.Values switch
        {
            long[] values => Primitive(values, leaf, field, defined),
            int[] values => Primitive(values, leaf, field, defined),
            double[] values => Primitive(values, leaf, field, defined),
            float[] values => Primitive(values, leaf, field, defined),
            bool[] values => Primitive(values, leaf, field, defined),
            DateTime[] values => Primitive(values, leaf, field, defined),
            string[] values => new ReferenceData<string>(Spread(values, leaf, field, defined, out _)),
            _ => new ReferenceData<byte[]>(Spread((byte[][])leaf.Values, leaf, field, defined, out _)),
        };
    }

    private static PrimitiveData<T> Primitive<T>(T[] values, ParquetLeaf leaf, DataField field, int defined) where T : struct =>
        new(Spread(values, leaf, field, defined, out var nulls)!, nulls);

    /// <summary>The values with a gap for each absent one.</summary>
    private static T?[] Spread<T>(T[] values, ParquetLeaf leaf, DataField field, int defined, out BitArray? nulls)
    {
        nulls = null;
        if (leaf.Definition is null || leaf.Definition.Length == values.Length)
            return values;
        var slots = leaf.Definition.Count(level => level >= defined);
        if (slots == values.Length)
            return values;
        var spread = new T?[slots];
        nulls = new BitArray(slots);
        var (slot, next) = (0, 0);
        foreach (var level in leaf.Definition)
            if (level == field.MaxDefinitionLevel)
                spread[slot++] = values[next++];
            else if (level >= defined)
                nulls[slot++] = true;
        return spread;
    }

    private static ListData List(ListField list, Dictionary<DataField, ParquetLeaf> leaves, int depth, int defined, int expected)
    {
        var leaf = leaves[FirstLeaf(list)];
        var (definition, repetition) = (leaf.Definition!, leaf.Repetition!);
        var (offsets, nulls, count) = (new List<int>(), new List<int>(), 0);
        for (var entry = 0; entry < definition.Length; entry++)
        {
            if (definition[entry] < defined)
                continue;
            if (repetition[entry] <= depth)
            {
                if (definition[entry] < list.MaxDefinitionLevel - 1)
                    nulls.Add(offsets.Count);
                offsets.Add(count);
            }
            if (definition[entry] >= list.MaxDefinitionLevel && repetition[entry] <= depth + 1)
                count++;
        }
        var absent = nulls.Count > 0 ? new BitArray(offsets.Count) : null;
        foreach (var at in nulls)
            absent![at] = true;
        offsets.Add(count);
        var items = Build(list.Item, leaves, depth + 1, list.MaxDefinitionLevel, count);
        return new ListData(items, [.. offsets], absent);
    }

    private static StructData Record(StructField record, Dictionary<DataField, ParquetLeaf> leaves, int depth, int defined, int expected)
    {
        var fields = new OrderedDictionary<string, ColumnData>(StringComparer.Ordinal);
        foreach (var field in record.Fields)
            fields.Add(field.Name, Build(field, leaves, depth, defined, expected));
        var count = fields.First().Value.Count;
        var leaf = leaves[FirstLeaf(record)];
        if (!record.IsNullable || leaf.Definition is null)
            return new StructData(fields, count, nulls: null);
        var nulls = new BitArray(count);
        var at = 0;
        for (var entry = 0; entry < leaf.Definition.Length; entry++)
            if (leaf.Definition[entry] >= defined && (leaf.Repetition is null || leaf.Repetition[entry] <= depth))
                nulls[at++] = leaf.Definition[entry] < record.MaxDefinitionLevel;
        return new StructData(fields, count, nulls.HasAnySet() ? nulls : null);
    }

    private static DataField FirstLeaf(Field field) => field switch
    {
        DataField leaf => leaf,
        ListField list => FirstLeaf(list.Item),
        _ => FirstLeaf(((StructField)field).Fields[0]),
    };
}
