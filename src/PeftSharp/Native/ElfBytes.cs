using System.Buffers.Binary;
using System.Text;

namespace PeftSharp.Native;

/// <summary>The bytes of an ELF file, read and written at absolute offsets. An offset outside the file throws a
/// <see cref="NativeBackendException"/>.</summary>
internal sealed class ElfBytes(byte[] bytes, string path)
{
    private const int MaxNameLength = 4096;

    internal byte[] Bytes => bytes;

    internal string Path => path;

    internal byte Byte(long at) => At(at, 1)[0];

    internal ushort UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(At(at, 2));

    internal uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(At(at, 4));

    /// <summary>Reads a 64-bit offset or size, which must not exceed the size of the file.</summary>
    internal long Position(long at) =>
        BinaryPrimitives.ReadUInt64LittleEndian(At(at, 8)) is var value && value <= (ulong)bytes.Length
            ? (long)value
            : throw Malformed($"the offset {value}, which is stored at byte {at}, is greater than the file size of {bytes.Length} bytes");

    /// <summary>Reads the zero-terminated string at <paramref name="at"/>.</summary>
    internal string Text(long at)
    {
        var rest = At(at, 1);
        var end = rest[..Math.Min(rest.Length, MaxNameLength)].IndexOf((byte)0);
        return end >= 0 ? Encoding.ASCII.GetString(rest[..end]) : throw Malformed($"the name at byte {at} is not terminated");
    }

    internal void SetByte(long at, int value) => At(at, 1)[0] = (byte)value;

    internal void SetUInt16(long at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(At(at, 2), (ushort)value);

    internal NativeBackendException Malformed(string why) =>
        new($"'{path}' is not a complete 64-bit Linux library: {why}. Delete its package's folder in the package cache and restore again.");

    /// <summary>Whether the file is as long as its header says. Also true of files that are not 64-bit ELF files, which the system's
    /// loader rejects itself.</summary>
    /// <remarks>The loader maps a truncated library and the process then ends with a bus error. Interrupted restores leave such
    /// files.</remarks>
    internal static bool IsWhole(string path)
    {
        using var stream = File.OpenRead(path);
        var header = new byte[64];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !HasElfHeader(header))
            return true;
        var elf = new ElfBytes(header, path);
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(0x28));       // the table is at the end of the file
        return table <= (ulong)stream.Length && table + (ulong)elf.UInt16(0x3A) * elf.UInt16(0x3C) <= (ulong)stream.Length;
    }

    /// <summary>Whether the bytes start with the header of a 64-bit little-endian ELF file.</summary>
    internal static bool HasElfHeader(ReadOnlySpan<byte> start) => start.Length >= 64 && start.StartsWith("\u007fELF\u0002\u0001"u8);

    private Span<byte> At(long position, int length) =>
        position >= 0 && position <= bytes.Length - length
            ? bytes.AsSpan((int)position)
            : throw Malformed($"it has {bytes.Length} bytes and refers to byte {position}");
}
