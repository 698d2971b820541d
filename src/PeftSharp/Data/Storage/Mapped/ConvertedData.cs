namespace PeftSharp.Data;

/// <summary>
/// Values in a mapped file that are stored as <typeparamref name="TStored"/> and converted to <typeparamref name="T"/> when they are read.
/// </summary>
/// <param name="values">The stored values.</param>
/// <param name="count">The number of values.</param>
/// <param name="nulls">Which values are null. Null: no value is null.</param>
/// <param name="place">The column, for messages.</param>
/// <param name="convert">
/// Converts the value with an index. Throws <see cref="UnreadableValueException"/> if it cannot be represented exactly.
/// </param>
internal sealed class ConvertedData<TStored, T>(
    MappedBuffer values, int count, NullMask? nulls, MappedPlace place, Func<TStored, int, T> convert) : PrimitiveData<T>
    where TStored : unmanaged where T : struct
{
    internal override int Count => count;

    internal override Feature Feature { get; } = PrimitiveTypes.FeatureOf<T>();

    internal override (MappedDataFile File, long Position)? Location => values.Location;

    internal override IEnumerable<MappedDataFile> Files => [values.File];

    internal override bool HasNulls => nulls is not null;

    internal override T this[int index]
    {
        get
        {
            try
            {
                return IsNull(index) ? default : convert(values.Read<TStored>(index), index);
            }
            catch (UnreadableValueException error)
            {
                throw place.Error(error.Message, error);
            }
        }
    }

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override void CopyTo(int start, Span<T> destination)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = this[start + i];
    }
}
