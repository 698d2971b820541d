using System.Buffers.Binary;

namespace PeftSharp.Serialization;

/// <summary>
/// The entries of a zip file and the offsets of their data. Only entries that are stored without compression can be read.
/// </summary>
/// <remarks>
/// <c>System.IO.Compression</c> does not expose the position of the data of an entry, which is required to map a tensor or to read a part
/// of it.
/// </remarks>
internal sealed class ZipIndex
{
    private const uint LocalHeader = 0x04034b50, CentralHeader = 0x02014b50, End = 0x06054b50, End64 = 0x06064b50, Locator64 = 0x07064b50;
    private const int LocalHeaderBytes = 30, CentralHeaderBytes = 46, EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56;
    private const int MaxCommentBytes = ushort.MaxValue, MaxDirectoryBytes = 1 << 26;

    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads the directory of a zip file.</summary>
    /// <exception cref="InvalidDataException">The directory is missing or malformed.</exception>
    internal ZipIndex(MappedFile file)
    {
        _file = file;
        var (start, length, count) = FindDirectory();
        if (start < 0 || length < 0 || length > MaxDirectoryBytes || start > file.Length - length)
            throw new InvalidDataException("its directory is outside the file or too large");
        var directory = new byte[length];
        file.Read(directory, start);
        var rest = directory.AsSpan();
        for (; count > 0; count--) rest = rest[Add(rest)..];
    }

    /// <summary>The names of the entries.</summary>
    internal IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The offset and the length in bytes of an entry's data. Null: there is no such entry.</summary>
    /// <exception cref="InvalidDataException">The entry is compressed or encrypted, or its data is outside the file.</exception>
    internal (long Start, long Length)? Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry)) return null;
        if (entry.Method != 0 || entry.Compressed != entry.Length || (entry.Flags & 1) != 0)
            throw new InvalidDataException($"its entry '{name}' is compressed or encrypted; torch.save stores entries without compression");
        if (entry.Header < 0 || entry.Header > _file.Length - LocalHeaderBytes)
            throw new InvalidDataException($"its entry '{name}' is outside the file");
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        _file.Read(header, entry.Header);
        if (UInt32(header, 0) != LocalHeader) throw new InvalidDataException($"its entry '{name}' has no header");
        var start = entry.Header + LocalHeaderBytes + UInt16(header, 26) + UInt16(header, 28);
        return entry.Length >= 0 && start <= _file.Length - entry.Length ? (start, entry.Length)
            : throw new InvalidDataException($"its entry '{name}' has {entry.Length} bytes, which end after the end of the file");
    }

    private int Add(ReadOnlySpan<byte> header)
    {
        if (header.Length < CentralHeaderBytes || UInt32(header, 0) != CentralHeader)
            throw new InvalidDataException("its directory is malformed");
        var (nameLength, extraLength) = (UInt16(header, 28), UInt16(header, 30));
        var total = CentralHeaderBytes + nameLength + extraLength + UInt16(header, 32);
        if (header.Length < total) throw new InvalidDataException("its directory is malformed");
        var name = PickleReader.Text(header.Slice(CentralHeaderBytes, nameLength));
        var wide = Wide(header.Slice(CentralHeaderBytes + nameLength, extraLength));
        var length = Size(header, 24, ref wide);
        var compressed = Size(header, 20, ref wide);
        var entry = new Entry(UInt16(header, 8), UInt16(header, 10), compressed, length, Size(header, 42, ref wide));
        if (!_entries.TryAdd(name, entry)) throw new InvalidDataException($"its directory lists '{name}' twice");
        return total;
    }

    /// <summary>Returns a 32-bit size or, if it has the maximum value, the next 64-bit size of the extra field.</summary>
    private static long Size(ReadOnlySpan<byte> header, int offset, ref ReadOnlySpan<byte> wide)
    {
        if (UInt32(header, offset) is var size and < uint.MaxValue) return size;
        if (wide.Length < 8) throw new InvalidDataException("its directory is malformed: the 64-bit size or offset of an entry is missing");
        var result = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return result;
    }

    /// <summary>Returns the extra field with 64-bit sizes; empty if there is none.</summary>
    private static ReadOnlySpan<byte> Wide(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (id, length) = (UInt16(extra, 0), UInt16(extra, 2));
            if (extra.Length < 4 + length) break;
            if (id == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return default;
    }

    private (long Start, long Length, long Count) FindDirectory()
    {
        var tail = new byte[Math.Min(_file.Length, EndBytes + MaxCommentBytes)];
        var first = _file.Length - tail.Length;
        _file.Read(tail, first);
        for (var i = tail.Length - EndBytes; i >= 0; i--)
        {
            var end = tail.AsSpan(i);
            if (UInt32(end, 0) != End || UInt16(end, 20) != end.Length - EndBytes) continue;
            var (count, length, start) = (UInt16(end, 10), UInt32(end, 12), UInt32(end, 16));
            return count < ushort.MaxValue && length < uint.MaxValue && start < uint.MaxValue ? (start, length, count)
                : FindDirectory64(first + i - Locator64Bytes);
        }
        throw new InvalidDataException("it does not end with the directory of a zip file, so it is not complete");
    }

    private (long Start, long Length, long Count) FindDirectory64(long locator)
    {
        Span<byte> bytes = stackalloc byte[End64Bytes];
        if (locator < 0) throw new InvalidDataException("its directory is malformed");
        _file.Read(bytes[..Locator64Bytes], locator);
        var end = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (UInt32(bytes, 0) != Locator64 || end < 0 || end > _file.Length - End64Bytes)
            throw new InvalidDataException("its directory is malformed");
        _file.Read(bytes, end);
        if (UInt32(bytes, 0) != End64) throw new InvalidDataException("its directory is malformed");
        return (BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private sealed record Entry(ushort Flags, ushort Method, long Compressed, long Length, long Header);
}
