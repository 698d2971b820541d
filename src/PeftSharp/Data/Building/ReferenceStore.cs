namespace PeftSharp.Data;

/// <summary>Builds a column of strings or byte arrays.</summary>
internal sealed class ReferenceStore<T> : ColumnStore where T : class
{
    private readonly List<T?> _values = [];

    internal override int Count => _values.Count;

    internal override Feature Feature { get; } = new Value(typeof(T) == typeof(string) ? "string" : "binary");

    internal void Add(T value) => _values.Add(value);

    internal override ColumnData Build() => new ReferenceArrayData<T>([.. _values]);

    private protected override void AddPlaceholder() => _values.Add(null);
}
