using System.Buffers.Binary;
using System.IO.Compression;

namespace PeftSharp.Vision;

/// <summary>Writes PNG files with 8 bits for each color, without filters.</summary>
internal static class PngWriter
{
    private const byte BitsPerColor = 8, ColorTypeRgb = 2;

    internal static byte[] Encode(RgbImage image)
    {
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        (header[8], header[9]) = (BitsPerColor, ColorTypeRgb);
        Write(file, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var compressed = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            for (var y = 0; y < image.Height; y++)
            {
                compressed.WriteByte(0);                                    // no filter
                compressed.Write(image.Pixels.Slice(RgbImage.Channels * y * image.Width, RgbImage.Channels * image.Width));
            }
        Write(file, "IDAT"u8, data.ToArray());
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Write(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, PngChunks.Crc(type, data));
        file.Write(number);
    }
}
