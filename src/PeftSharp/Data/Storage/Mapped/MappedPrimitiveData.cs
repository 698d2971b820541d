namespace PeftSharp.Data;

/// <summary>Numbers in a mapped file, stored as <typeparamref name="T"/>.</summary>
internal sealed class MappedPrimitiveData<T>(MappedBuffer values, int count, NullMask? nulls) : PrimitiveData<T> where T : unmanaged
{
    internal override int Count => count;

    internal override Feature Feature { get; } = PrimitiveTypes.FeatureOf<T>();

    internal override IEnumerable<MappedDataFile> Files => [values.File];

    internal override bool HasNulls => nulls is not null;

    internal override T this[int index] => values.Read<T>(index);

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override void CopyTo(int start, Span<T> destination) => values.CopyTo(start, destination);
}
