namespace PeftSharp.Data;

/// <summary>The values of a column, in memory or in a mapped file. Immutable, so datasets share it.</summary>
internal abstract class ColumnData
{
    /// <summary>The number of values.</summary>
    internal abstract int Count { get; }

    /// <summary>The stored type. The type of a column may be more specific, such as <see cref="ClassLabel"/> for int64.</summary>
    internal abstract Feature Feature { get; }

    /// <summary>Whether values may be null; false: none is.</summary>
    internal abstract bool HasNulls { get; }

    internal abstract bool IsNull(int index);

    /// <summary>Returns a value as an object: a number, a string, an array, a dictionary, or null.</summary>
    internal abstract object? Get(int index);

    /// <summary>Returns the chunk that contains a value; this object, if it has no chunks.</summary>
    /// <param name="index">The index of the value; on return, its index in the chunk.</param>
    internal virtual ColumnData Locate(ref int index) => this;

    /// <summary>Converts to a type that <see cref="Feature.Matches"/>: missing fields of structs are added as null.</summary>
    internal virtual ColumnData Conform(Feature feature) => this;

    /// <summary>The mapped files that contain values.</summary>
    internal virtual IEnumerable<MappedDataFile> Files => [];

    /// <summary>Returns the values [start, start + count) as an array of their type, or as <c>object?[]</c> if a value is null.</summary>
    internal virtual Array Items(int start, int count)
    {
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = Get(start + i);
        return items;
    }
}
