namespace PeftSharp.Data;

/// <summary>Byte arrays in a mapped file, copied when they are read.</summary>
internal sealed class MappedBinaryData(ListOffsets offsets, MappedBuffer bytes, NullMask? nulls) : ReferenceData<byte[]>
{
    internal override int Count => offsets.Count;

    internal override IEnumerable<MappedDataFile> Files => [bytes.File];

    internal override bool HasNulls => nulls is not null;

    internal override byte[]? this[int index]
    {
        get
        {
            if (IsNull(index))
                return null;
            var (start, count) = offsets[index];
            var copy = new byte[count];
            bytes.CopyTo<byte>(start, copy);
            return copy;
        }
    }

    internal override bool IsNull(int index) => nulls is not null && nulls[index];
}
