using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>A part of a mapped file, from which values are copied. Every access is checked.</summary>
internal readonly unsafe struct MappedBuffer
{
    private readonly byte* _start;

    internal MappedBuffer(MappedDataFile file, byte* start, long length)
    {
        File = file;
        _start = start;
        Length = length;
    }

    internal MappedDataFile File { get; }

    /// <summary>The number of bytes.</summary>
    internal long Length { get; }

    /// <summary>The file and the position of the first byte in it, or of the first compressed byte.</summary>
    internal (MappedDataFile File, long Position) Location => File.Origin ?? (File, File.PositionOf(_start));

    /// <summary>Reads a value, which need not be aligned.</summary>
    internal T Read<T>(long index) where T : unmanaged
    {
        if ((ulong)index >= (ulong)(Length / sizeof(T)))
            throw OutOfRange(index, 1, sizeof(T));
        var value = Unsafe.ReadUnaligned<T>(_start + index * sizeof(T));
        File.KeepAlive();
        return value;
    }

    /// <summary>Copies consecutive values.</summary>
    internal void CopyTo<T>(long index, Span<T> destination) where T : unmanaged
    {
        if (destination.IsEmpty)
            return;
        if (index < 0 || index > Length / sizeof(T) - destination.Length)
            throw OutOfRange(index, destination.Length, sizeof(T));
        var bytes = MemoryMarshal.AsBytes(destination);                        // throws if there are more than 2^31 - 1 bytes
        new ReadOnlySpan<byte>(_start + index * sizeof(T), bytes.Length).CopyTo(bytes);
        File.KeepAlive();
    }

    /// <summary>Reads a bit; bit 0 is the lowest bit of the first byte.</summary>
    internal bool Bit(long index) => (Read<byte>(index >> 3) >> (int)(index & 7) & 1) != 0;

    /// <summary>Decodes UTF-8.</summary>
    /// <exception cref="DecoderFallbackException">The bytes are not UTF-8.</exception>
    internal string Text(long start, int count)
    {
        if (count == 0)
            return "";
        if (start < 0 || start > Length - count)
            throw OutOfRange(start, count, 1);
        var text = StrictUtf8.Encoding.GetString(_start + start, count);
        File.KeepAlive();
        return text;
    }

    private static ArgumentOutOfRangeException OutOfRange(long index, int count, int size) =>
        new(nameof(index), index, $"The part of the file does not contain {count} values of {size} bytes at this index.");
}
