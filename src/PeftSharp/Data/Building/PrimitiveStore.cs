namespace PeftSharp.Data;

/// <summary>Builds a column of numbers, booleans, or dates and times.</summary>
/// <param name="feature">The type of the column if it is more specific than <typeparamref name="T"/>: a <see cref="ClassLabel"/>.</param>
internal sealed class PrimitiveStore<T>(Feature? feature = null) : ColumnStore where T : struct
{
    private readonly List<T> _values = [];

    internal override int Count => _values.Count;

    internal override Feature Feature { get; } = feature ?? PrimitiveTypes.FeatureOf<T>();

    internal void Add(T value) => _values.Add(value);

    internal void AddRange(ReadOnlySpan<T> values) => _values.AddRange(values);

    internal override ColumnData Build() => new PrimitiveArrayData<T>([.. _values], Nulls(), feature);

    private protected override void AddPlaceholder() => _values.Add(default);
}
