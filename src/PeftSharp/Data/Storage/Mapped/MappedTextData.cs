using System.Text;

namespace PeftSharp.Data;

/// <summary>Strings in a mapped file, decoded from UTF-8 when they are read.</summary>
/// <remarks>Each read creates a new string, so that only the strings in use are in memory.</remarks>
internal sealed class MappedTextData(ListOffsets offsets, MappedBuffer utf8, NullMask? nulls, MappedPlace place) : ReferenceData<string>
{
    internal override int Count => offsets.Count;

    internal override (MappedDataFile File, long Position)? Location => offsets.Location;

    internal override IEnumerable<MappedDataFile> Files => [utf8.File];

    internal override bool HasNulls => nulls is not null;

    internal override string? this[int index]
    {
        get
        {
            if (IsNull(index))
                return null;
            var (start, count) = offsets[index];
            try
            {
                return utf8.Text(start, count);
            }
            catch (DecoderFallbackException error)
            {
                throw place.Error($"The text {index} is not valid UTF-8 ({error.Message}).", error);
            }
        }
    }

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    /// <summary>The number of bytes of a text.</summary>
    internal int ByteCount(int index) => offsets[index].Count;

    /// <summary>Copies the UTF-8 of a text.</summary>
    internal void CopyBytes(int index, Span<byte> destination) => utf8.CopyTo(offsets[index].Start, destination);
}
