using System.Buffers.Binary;

namespace PeftSharp.Vision;

/// <summary>Reads Windows bitmaps without compression: with a palette of 1, 4 or 8 bits, or with 24 or 32 bits.</summary>
internal static class BmpReader
{
    private const int FileHeader = 14, SmallestHeader = 40, BitFields = 3;

    /// <exception cref="ImageException">The file is malformed, too large, or of a kind that is not supported.</exception>
    internal static RgbImage Read(byte[] file, long maxPixels)
    {
        if (file.Length < FileHeader + SmallestHeader) throw Incomplete();
        var header = file.AsSpan(FileHeader);
        var (headerSize, width, signedHeight) = (Number(header, 0), Number(header, 4), Number(header, 8));
        var (bits, compression) = (BinaryPrimitives.ReadUInt16LittleEndian(header[14..]), Number(header, 16));
        if (headerSize < SmallestHeader)
            throw new ImageException($"The BMP file has a header of {headerSize} bytes, which is not supported. Convert it to PNG.");
        if (signedHeight == int.MinValue)
            throw new ImageException($"The BMP file is damaged: the height of its image is {signedHeight}.");
        ImageDecoder.CheckSize(width, Math.Abs(signedHeight), maxPixels);
        var isPlain = compression == 0 || (compression == BitFields && bits == 32 && HasUsualMasks(header));
        if (!isPlain || bits is not (1 or 4 or 8 or 24 or 32))
            throw new ImageException($"The BMP file has {bits} bits per pixel and compression {compression}, which is not supported. "
                + "Convert it to PNG.");
        var stride = ((long)width * bits + 31) / 32 * 4;
        var (height, start) = (Math.Abs(signedHeight), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(10)));
        if (start + stride * height > file.Length) throw Incomplete();
        var palette = bits > 8 ? default : Palette(file, FileHeader + headerSize, Number(header, 32), bits);
        var image = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            var line = file.AsSpan((int)(start + stride * (signedHeight > 0 ? height - 1 - y : y)), (int)stride);
            for (var x = 0; x < width; x++)
            {
                var color = bits > 8
                    ? line.Slice(x * bits / 8, RgbImage.Channels)
                    : palette.Slice(4 * Index(line, x, bits), RgbImage.Channels);
                image.SetPixel(x, y, (color[2], color[1], color[0]));
            }
        }
        return image;
    }

    private static Span<byte> Palette(byte[] file, long start, int colors, int bits)
    {
        if (colors < 0 || colors > 1 << bits)
            throw new ImageException($"The BMP file is damaged: the number of colors in its palette is {colors}; it must be from 0 to "
                + $"{1 << bits}.");
        var entries = colors == 0 ? 1 << bits : colors;
        if (start + 4L * entries > file.Length) throw Incomplete();
        var palette = new byte[4 << bits];                                   // colors that the file does not define are black
        file.AsSpan((int)start, 4 * entries).CopyTo(palette);
        return palette;
    }

    private static int Index(ReadOnlySpan<byte> line, int x, int bits)
    {
        var bit = x * bits;
        return (line[bit / 8] >> (8 - bits - bit % 8)) & ((1 << bits) - 1);
    }

    private static bool HasUsualMasks(ReadOnlySpan<byte> header) => header.Length >= 52
        && (Number(header, 40), Number(header, 44), Number(header, 48)) == (0xFF0000, 0xFF00, 0xFF);

    private static int Number(ReadOnlySpan<byte> bytes, int place) => BinaryPrimitives.ReadInt32LittleEndian(bytes[place..]);

    private static ImageException Incomplete() => new("The BMP file is incomplete: it ends within the image.");
}
