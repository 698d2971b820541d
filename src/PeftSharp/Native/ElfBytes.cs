using System.Buffers.Binary;
using System.Text;

namespace PeftSharp.Native;

/// <summary>The bytes of an ELF file, read and changed at absolute positions; a position outside the file is an error of the file.</summary>
internal sealed class ElfBytes(byte[] bytes, string path)
{
    private const int LongestName = 4096;

    internal byte[] Bytes => bytes;

    internal string Path => path;

    internal byte Byte(long at) => At(at, 1)[0];

    internal ushort UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(At(at, 2));

    internal uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(At(at, 4));

    /// <summary>A 64-bit offset or size, which can be no larger than the file.</summary>
    internal long Position(long at) =>
        BinaryPrimitives.ReadUInt64LittleEndian(At(at, 8)) is var value && value <= (ulong)bytes.Length
            ? (long)value
            : throw Malformed($"at {at} it points to {value}, beyond its {bytes.Length} bytes");

    /// <summary>The text that starts at <paramref name="at"/> and ends before a zero.</summary>
    internal string Text(long at)
    {
        var rest = At(at, 1);
        var end = rest[..Math.Min(rest.Length, LongestName)].IndexOf((byte)0);
        return end >= 0 ? Encoding.ASCII.GetString(rest[..end]) : throw Malformed($"the name at {at} does not end");
    }

    internal void SetByte(long at, int value) => At(at, 1)[0] = (byte)value;

    internal void SetUInt16(long at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(At(at, 2), (ushort)value);

    internal NativeBackendException Malformed(string why) =>
        new($"'{path}' is no whole 64-bit Linux library: {why}. Its package was not restored whole: delete its folder in the package cache and restore again.");

    /// <summary>Whether the file ends where its header says it ends; also true of what is no 64-bit ELF file, which the system's loader refuses by itself.</summary>
    /// <remarks>The loader maps a library that was cut short and then dies of a bus error instead of refusing it; half-restored packages do occur.</remarks>
    internal static bool IsWhole(string path)
    {
        using var stream = File.OpenRead(path);
        var header = new byte[64];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !HasElfHeader(header))
            return true;
        var elf = new ElfBytes(header, path);
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(0x28));       // the section table is a file's last part
        return table <= (ulong)stream.Length && table + (ulong)elf.UInt16(0x3A) * elf.UInt16(0x3C) <= (ulong)stream.Length;
    }

    /// <summary>Whether that is the start of a 64-bit little-endian ELF file.</summary>
    internal static bool HasElfHeader(ReadOnlySpan<byte> start) => start.Length >= 64 && start.StartsWith("\u007fELF\u0002\u0001"u8);

    private Span<byte> At(long position, int length) =>
        position >= 0 && position <= bytes.Length - length
            ? bytes.AsSpan((int)position)
            : throw Malformed($"it is {bytes.Length} bytes long and refers to byte {position}");
}
