namespace PeftSharp.Data;

/// <summary>Strings, or byte arrays; null where one is absent.</summary>
/// <remarks>Strings are kept as objects and not as bytes: every epoch hands out the same ones without a copy.</remarks>
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
