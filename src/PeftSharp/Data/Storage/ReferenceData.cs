namespace PeftSharp.Data;

/// <summary>Strings or byte arrays, which may be null.</summary>
/// <remarks>Strings are stored as objects, not as UTF-8 bytes, so that each epoch returns the same strings without copying.</remarks>
internal sealed class ReferenceData<T>(T?[] values) : ColumnData where T : class
{
    private static readonly Feature Type = new Value(typeof(T) == typeof(string) ? "string" : "binary");

    internal override int Count => values.Length;

    internal override Feature Feature => Type;

    internal override bool IsNull(int index) => values[index] is null;

    internal override object? Get(int index) => values[index];

    internal T? this[int index] => values[index];

    internal override Array Items(int start, int count) => values.AsSpan(start, count).ToArray();
}
