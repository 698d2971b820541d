using System.Buffers.Binary;

namespace PeftSharp.Vision;

/// <summary>The chunks of a PNG file (W3C Portable Network Graphics, section 5).</summary>
internal static class PngChunks
{
    private static readonly uint[] _crcTable = CrcTable();

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Returns the type and the range of the data of each chunk, until the end of the image.</summary>
    /// <exception cref="ImageException">The file is incomplete, or a checksum of a critical chunk is wrong.</exception>
    internal static IEnumerable<(string Type, Range Data)> Read(byte[] file)
    {
        const int NumberBytes = 4;
        for (var place = Signature.Length; ;)
        {
            if (file.Length - place < 3 * NumberBytes)
                throw new ImageException($"The PNG file is incomplete: it ends after {file.Length} bytes, within the image.");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place));
            var typeBytes = file.AsSpan(place + NumberBytes, NumberBytes);
            var type = System.Text.Encoding.Latin1.GetString(typeBytes);
            var start = place + 2 * NumberBytes;
            if (length > file.Length - start - NumberBytes)
                throw new ImageException($"The PNG file is incomplete: the chunk {type} has {length} bytes, of which "
                    + $"{Math.Max(0, file.Length - start)} are in the file.");
            var data = start..(start + (int)length);
            // A chunk whose type starts with a capital letter is critical: a decoder must understand it.
            var checksum = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(data.End.Value));
            if (char.IsUpper(type[0]) && Crc(typeBytes, file.AsSpan(data)) != checksum)
                throw new ImageException($"The PNG file is damaged: the checksum of the chunk {type} is wrong.");
            if (type == "IEND") yield break;
            yield return (type, data);
            place = data.End.Value + NumberBytes;
        }
    }

    /// <summary>Returns the checksum of a chunk.</summary>
    internal static uint Crc(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Update(Update(uint.MaxValue, type), data);

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) crc = _crcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] CrcTable()
    {
        const uint Polynomial = 0xEDB88320;
        var table = new uint[256];
        for (var index = 0u; index < table.Length; index++)
        {
            var value = index;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? Polynomial ^ (value >> 1) : value >> 1;
            table[index] = value;
        }
        return table;
    }
}
