namespace PeftSharp.Data;

/// <summary>Booleans in a mapped file, stored as bits.</summary>
internal sealed class MappedBooleanData(MappedBuffer bits, int count, NullMask? nulls) : PrimitiveData<bool>
{
    internal override int Count => count;

    internal override Feature Feature { get; } = PrimitiveTypes.FeatureOf<bool>();

    internal override IEnumerable<MappedDataFile> Files => [bits.File];

    internal override bool HasNulls => nulls is not null;

    internal override bool this[int index] => bits.Bit(index);

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override void CopyTo(int start, Span<bool> destination)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = bits.Bit(start + i);
    }
}
