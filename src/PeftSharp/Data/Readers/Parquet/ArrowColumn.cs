using System.Collections;
using Apache.Arrow;
using ParquetSharp;

namespace PeftSharp.Data;

/// <summary>Converts the Arrow arrays of a column: lists, structs and maps here, primitive values in <see cref="ArrowValues"/>.</summary>
/// <param name="leafTypes">
/// The Parquet type of each leaf, in the order of the file. The Arrow type does not contain all information: an enum has the type binary.
/// Null: the arrays are not from a Parquet file.
/// </param>
internal sealed class ArrowColumn(LogicalTypeEnum[]? leafTypes)
{
    private int _leaf;

    /// <exception cref="UnreadableValueException">A value cannot be represented exactly; its index is the row in the batch.</exception>
    internal ColumnData Convert(IArrowArray array)
    {
        _leaf = 0;
        return Build(array);
    }

    private ColumnData Build(IArrowArray array) => array switch
    {
        ExtensionArray extension => Build(extension.Storage),
        ListArray list => List(list, list.Values, i => list.ValueOffsets[i]),           // a map is a list of (key, value) structs
        LargeListArray list => List(list, list.Values, i => checked((int)list.ValueOffsets[i])),
        FixedSizeListArray list => FixedSizeList(list),
        StructArray structs => Struct(structs),
        _ => ArrowValues.Convert(array, leafTypes?[_leaf++] ?? LogicalTypeEnum.None),
    };

    private ListData FixedSizeList(FixedSizeListArray list)
    {
        var size = ((Apache.Arrow.Types.FixedSizeListType)list.Data.DataType).ListSize;
        return List(list, list.Values, i => checked((list.Offset + i) * size));
    }

    private ListData List(IArrowArray list, IArrowArray values, Func<int, int> offset)
    {
        var offsets = new int[list.Length + 1];
        var start = offset(0);
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = offset(i) - start;
        var used = start == 0 && offsets[^1] == values.Length ? values : ArrowArrayFactory.Slice(values, start, offsets[^1]);
        try
        {
            return new ListData(Build(used), ListOffsets.Of(offsets), NullMask.Of(Nulls(list)));
        }
        catch (UnreadableValueException error)
        {
            throw new UnreadableValueException(ListOf(error.Index, offsets), error.Message);
        }
    }

    /// <summary>
    /// Returns the index of the list that contains an item: the last list whose offset is at most the index of the item, because empty
    /// lists may have the same offset.
    /// </summary>
    private static int ListOf(int item, int[] offsets)
    {
        var list = System.Array.BinarySearch(offsets, item);
        if (list < 0)
            return ~list - 1;
        while (list + 1 < offsets.Length && offsets[list + 1] == item)
            list++;
        return list;
    }

    private StructData Struct(StructArray structs)
    {
        var fields = new OrderedDictionary<string, ColumnData>(StringComparer.Ordinal);
        var names = ((Apache.Arrow.Types.StructType)structs.Data.DataType).Fields;
        for (var i = 0; i < names.Count; i++)
            if (!fields.TryAdd(names[i].Name, Build(structs.Fields[i])))
                throw new DatasetException($"A struct has two fields named '{names[i].Name}'.");
        return new StructData(fields, structs.Length, NullMask.Of(Nulls(structs)));
    }

    internal static BitArray? Nulls(IArrowArray array)
    {
        if (array.NullCount == 0)
            return null;
        var nulls = new BitArray(array.Length);
        for (var i = 0; i < array.Length; i++)
            nulls[i] = array.IsNull(i);
        return nulls;
    }
}
