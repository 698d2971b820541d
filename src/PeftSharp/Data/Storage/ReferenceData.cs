namespace PeftSharp.Data;

/// <summary>Strings or byte arrays, which may be null.</summary>
internal abstract class ReferenceData<T> : ColumnData where T : class
{
    private static readonly Feature Type = new Value(typeof(T) == typeof(string) ? "string" : "binary");

    internal sealed override Feature Feature => Type;

    internal abstract T? this[int index] { get; }

    internal sealed override object? Get(int index) => this[index];

    internal sealed override Array Items(int start, int count)
    {
        var items = new T?[count];
        for (var i = 0; i < count; i++)
            items[i] = this[start + i];
        return items;
    }
}
