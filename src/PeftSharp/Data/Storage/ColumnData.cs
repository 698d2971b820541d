namespace PeftSharp.Data;

/// <summary>The values of a column, in memory or in a mapped file. Instances are immutable, so several datasets can share them.</summary>
internal abstract class ColumnData
{
    /// <summary>The number of values.</summary>
    internal abstract int Count { get; }

    /// <summary>The stored type. The type of a column may be more specific, such as <see cref="ClassLabel"/> for int64.</summary>
    internal abstract Feature Feature { get; }

    /// <summary>Whether values may be null. False: no value is null.</summary>
    internal abstract bool HasNulls { get; }

    internal abstract bool IsNull(int index);

    /// <summary>Returns a value as an object: a number, a string, an array, a dictionary, or null.</summary>
    internal abstract object? Get(int index);

    /// <summary>Returns the chunk that contains a value; this object, if it has no chunks.</summary>
    /// <param name="index">The index of the value; on return, its index in the chunk.</param>
    internal virtual ColumnData Locate(ref int index) => this;

    /// <summary>
    /// Converts the values to a type that matches their type (<see cref="Feature.Matches"/>). Missing fields of structs are added as null
    /// values.
    /// </summary>
    internal virtual ColumnData Conform(Feature feature) => this;

    /// <summary>
    /// The mapped file that contains the values, and a position in this file that no other values have. Null: the values are in memory.
    /// </summary>
    internal virtual (MappedDataFile File, long Position)? Location => null;

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
