namespace PeftSharp.Data;

/// <summary>The values of a column as they lie in memory; never changed once built, so data sets share it.</summary>
internal abstract class ColumnData
{
    /// <summary>How many values there are.</summary>
    internal abstract int Count { get; }

    /// <summary>What is stored; a column may read more into it (numbers as <see cref="ClassLabel"/>).</summary>
    internal abstract Feature Feature { get; }

    internal abstract bool IsNull(int index);

    /// <summary>The value as an object: a number, a string, an array, a dictionary; null where it is absent.</summary>
    internal abstract object? Get(int index);

    /// <summary>The part that holds value <paramref name="index"/>, and its index there: this itself, unless it is made of parts.</summary>
    internal virtual ColumnData Locate(ref int index) => this;

    /// <summary>The same values as <paramref name="feature"/> describes them, a type that <see cref="Feature.Matches"/>: records have all its fields, null where they lack one.</summary>
    internal virtual ColumnData Conform(Feature feature) => this;

    /// <summary>Values [start, start + count) as an array of their own type, where none is null; else as <c>object?[]</c>.</summary>
    internal virtual Array Items(int start, int count)
    {
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = Get(start + i);
        return items;
    }
}
