namespace PeftSharp.Data;

/// <summary>Growing numbers, truth values or times.</summary>
internal sealed class PrimitiveStore<T> : ColumnStore where T : struct
{
    private readonly List<T> _values = [];

    internal override int Count => _values.Count;

    internal override Feature Feature => PrimitiveTypes.FeatureOf<T>();

    internal void Add(T value) => _values.Add(value);

    internal void AddRange(ReadOnlySpan<T> values) => _values.AddRange(values);

    internal override ColumnData Build() => new PrimitiveData<T>([.. _values], Nulls());

    private protected override void AddPlaceholder() => _values.Add(default);
}
