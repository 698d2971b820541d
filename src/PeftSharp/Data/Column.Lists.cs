namespace PeftSharp.Data;

public sealed partial class Column
{
    /// <summary>How many items the list of a row has.</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds no lists.</exception>
    public int Length(int row) => List(row, out _, out var count) is { } ? count : 0;

    /// <summary>The list of a row as int64: the stored memory itself where it is of this type, a converted copy otherwise.</summary>
    /// <exception cref="DatasetException">The row has no value, an item is absent, or the items are not integers.</exception>
    public ReadOnlySpan<long> Int64s(int row) => Numbers<long>(row);

    /// <summary>The list of a row as int32: the stored memory itself where it is of this type, a converted copy otherwise.</summary>
    /// <exception cref="DatasetException">The row has no value, an item is absent or above int32, or the items are not integers.</exception>
    public ReadOnlySpan<int> Int32s(int row) => Numbers<int>(row);

    /// <summary>The list of a row as float32: the stored memory itself where it is of this type, a converted copy otherwise.</summary>
    /// <exception cref="DatasetException">The row has no value, an item is absent, or the items are no numbers.</exception>
    public ReadOnlySpan<float> Singles(int row) => Numbers<float>(row);

    /// <summary>The list of a row as float64: the stored memory itself where it is of this type, a converted copy otherwise.</summary>
    /// <exception cref="DatasetException">The row has no value, an item is absent, or the items are no numbers.</exception>
    public ReadOnlySpan<double> Doubles(int row) => Numbers<double>(row);

    /// <summary>Writes the list of a row at the start of <paramref name="destination"/>, converted where the stored type is another: how a collator fills its batch.</summary>
    /// <returns>How many items were written.</returns>
    /// <exception cref="DatasetException">The row has no value, an item is absent or out of range, or the items are not integers.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int CopyTo(int row, Span<long> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<int> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<float> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<double> destination) => Copy(row, destination);

    /// <summary>The list of a row as a column of its own, without a copy: for lists of lists (the choices of a question) and lists of records (the messages of a chat).</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds no lists.</exception>
    public Column Items(int row)
    {
        var items = List(row, out var start, out var count);
        var feature = Feature is Sequence sequence ? sequence.Element : items.Feature;
        return new Column($"{Name}[{row}]", feature, items, RowIndex.All(items.Count).Slice(start, count));
    }

    /// <summary>A field of a column of records, copied into a column of its own.</summary>
    /// <exception cref="DatasetException">The column holds no records, or they have no such field.</exception>
    public Column Field(string name)
    {
        if (Feature is not Struct record)
            throw new DatasetException($"Column '{Name}' holds {Feature}, no records: it has no field '{name}'.");
        if (!record.Fields.TryGetValue(name, out var feature))
            throw new DatasetException($"The records of column '{Name}' have no field '{name}'; their fields are {string.Join(", ", record.Fields.Keys)}.");
        var builder = new ColumnBuilder();
        for (var row = 0; row < Count; row++)
            builder.Add(Locate(row, out var at) is StructData data && data.Fields.TryGetValue(name, out var field) ? field.Get(at) : null);
        var values = builder.Build();
        return new Column($"{Name}.{name}", feature, values, RowIndex.All(values.Count));
    }

    private ColumnData List(int row, out int start, out int count)
    {
        if (Locate(row, out var at) is not ListData list || list.IsNull(at))
            throw Unfit(Locate(row, out at), row, at, "a list");
        (start, count) = list.Range(at);
        return list.AllItems;
    }

    private ReadOnlySpan<T> Numbers<T>(int row) where T : struct, System.Numerics.INumber<T>
    {
        var items = List(row, out var start, out var count);
        if (items is PrimitiveData<T> { HasNulls: false } same)
            return same.Values.Slice(start, count);
        var copy = new T[count];
        Copy<T>(row, copy);
        return copy;
    }

    private int Copy<T>(int row, Span<T> destination) where T : struct, System.Numerics.INumber<T>
    {
        var items = List(row, out var start, out var count);
        if (destination.Length < count)
            throw new ArgumentException($"Row {row} of column '{Name}' has {count} items and the destination room for {destination.Length}.", nameof(destination));
        if (count > 0 && !NumberCopy.TryCopy(items, start, destination[..count]))
            throw new DatasetException($"Column '{Name}' holds {Feature}, and the items of row {row} are read as {PrimitiveTypes.FeatureOf<T>()}; an item is absent, out of range or of a kind that does not convert. Convert the column with CastColumn or Map.");
        return count;
    }
}
