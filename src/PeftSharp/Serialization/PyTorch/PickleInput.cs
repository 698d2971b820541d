using System.Buffers.Binary;

namespace PeftSharp.Serialization;

/// <summary>Reads a pickle from a part of a file. No allocation is larger than the rest of this part.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Offset of the first byte.</param>
/// <param name="end">Offset after the last byte.</param>
internal sealed class PickleInput(MappedFile file, long start, long end)
{
    private const int BufferBytes = 1 << 16, MaxLine = 1024;
    private readonly byte[] _buffer = new byte[Math.Clamp(end - start, 1, BufferBytes)];
    private int _used, _filled;
    private long _next = start;

    /// <summary>Offset of the next byte in the file.</summary>
    internal long Position => _next - (_filled - _used);

    private long Remaining => end - Position;

    internal byte ReadByte()
    {
        if (_used == _filled) Fill();
        return _buffer[_used++];
    }

    internal ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(stackalloc byte[2]));

    internal int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(stackalloc byte[4]));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(stackalloc byte[4]));

    internal ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(stackalloc byte[8]));

    internal double ReadDoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(Read(stackalloc byte[8]));

    /// <exception cref="InvalidDataException">The file has fewer bytes.</exception>
    internal byte[] ReadBytes(ulong count)
    {
        if (count > (ulong)Remaining || count > (ulong)Array.MaxLength)
            throw new InvalidDataException($"a value of {count} bytes is announced, but {Remaining} bytes follow");
        var bytes = new byte[count];
        Read(bytes);
        return bytes;
    }

    /// <summary>Reads a line, without its line feed.</summary>
    internal string ReadLine()
    {
        Span<byte> line = stackalloc byte[MaxLine];
        for (var length = 0; length < MaxLine; length++)
            if ((line[length] = ReadByte()) == '\n') return PickleReader.Text(line[..length]);
        throw new InvalidDataException($"a name is longer than {MaxLine} bytes");
    }

    private Span<byte> Read(Span<byte> target)
    {
        for (var rest = target; !rest.IsEmpty;)
        {
            if (_used == _filled) Fill();
            var count = Math.Min(rest.Length, _filled - _used);
            _buffer.AsSpan(_used, count).CopyTo(rest);
            _used += count;
            rest = rest[count..];
        }
        return target;
    }

    private void Fill()
    {
        var count = (int)Math.Min(_buffer.Length, end - _next);
        if (count <= 0) throw new InvalidDataException("the data ends in the middle of a value");
        file.Read(_buffer.AsSpan(0, count), _next);
        (_used, _filled, _next) = (0, count, _next + count);
    }
}
