using System.Buffers.Binary;
using System.IO.Compression;

namespace PeftSharp.Vision;

/// <summary>Reads PNG files (W3C Portable Network Graphics) of all color types and bit depths, also interlaced.</summary>
/// <remarks>
/// No more bytes are decompressed than the image has, so a small file cannot exhaust the memory. As in Pillow, the upper eight bits of a
/// sample of 16 bits are used, except in gray images of 16 bits (Pillow's mode <c>I;16</c>), whose values are limited to 255.
/// </remarks>
internal sealed class PngReader
{
    private const byte Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, RgbAlpha = 6;

    private static readonly (int X, int Y, int StepX, int StepY)[]
        _wholeImage = [(0, 0, 1, 1)],
        _interlaced = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly byte[] _file;
    private readonly int _width, _height, _bits, _colorType;
    private readonly bool _isInterlaced;
    private readonly List<Range> _data = [];
    private readonly byte[]? _palette;

    private PngReader(byte[] file, long maxPixels)
    {
        _file = file;
        var isFirst = true;
        foreach (var (type, range) in PngChunks.Read(file))
        {
            var chunk = file.AsSpan(range);
            if (isFirst)
            {
                if (type != "IHDR" || chunk.Length != 13) throw Damaged("it does not begin with a header");
                (_width, _height) = (BinaryPrimitives.ReadInt32BigEndian(chunk), BinaryPrimitives.ReadInt32BigEndian(chunk[4..]));
                (_bits, _colorType, _isInterlaced) = (chunk[8], chunk[9], chunk[12] == 1);
                ImageDecoder.CheckSize(_width, _height, maxPixels);
                if (!IsValid(_bits, _colorType) || chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
                    throw Damaged(
                        $"its header contains a value that the format does not define (color type {_colorType}, {_bits} bits)");
                isFirst = false;
            }
            else if (type == "PLTE") _palette = chunk.ToArray();
            else if (type == "IDAT") _data.Add(range);
            else if (char.IsUpper(type[0])) throw Damaged($"the critical chunk {type} is unknown");
        }
        if (_data.Count == 0) throw Damaged("it has no image data");
        if (_colorType == Palette && _palette is not { Length: > 0 }) throw Damaged("it has no palette");
    }

    /// <exception cref="ImageException">The file is malformed or too large.</exception>
    internal static RgbImage Read(byte[] file, long maxPixels) => new PngReader(file, maxPixels).Read();

    private RgbImage Read()
    {
        var image = new RgbImage(_width, _height);
        using var joined = new MemoryStream();
        foreach (var range in _data) joined.Write(_file.AsSpan(range));
        joined.Position = 0;
        using var inflated = new ZLibStream(joined, CompressionMode.Decompress);
        try
        {
            foreach (var pass in _isInterlaced ? _interlaced : _wholeImage) ReadPass(inflated, image, pass);
        }
        catch (InvalidDataException error)
        {
            throw new ImageException("The PNG file is damaged: its image data cannot be decompressed.", error);
        }
        catch (EndOfStreamException error)
        {
            throw new ImageException("The PNG file is incomplete: it has too little image data.", error);
        }
        return image;
    }

    private void ReadPass(Stream data, RgbImage image, (int X, int Y, int StepX, int StepY) pass)
    {
        var (columns, rows) = (Count(_width, pass.X, pass.StepX), Count(_height, pass.Y, pass.StepY));
        if (columns == 0 || rows == 0) return;
        var bitsPerPixel = _bits * ChannelsOf(_colorType);
        var bytesPerPixel = Math.Max(1, bitsPerPixel / 8);
        var (line, above) = (new byte[((long)columns * bitsPerPixel + 7) / 8], new byte[((long)columns * bitsPerPixel + 7) / 8]);
        for (var row = 0; row < rows; row++)
        {
            var filter = data.ReadByte();
            if (filter < 0) throw new EndOfStreamException();
            data.ReadExactly(line);
            Unfilter(filter, line, above, bytesPerPixel);
            var y = pass.Y + row * pass.StepY;
            for (var column = 0; column < columns; column++) image.SetPixel(pass.X + column * pass.StepX, y, ColorOf(line, column));
            (line, above) = (above, line);
        }
    }

    private (byte, byte, byte) ColorOf(byte[] line, int column)
    {
        switch (_colorType)
        {
            case Rgb or RgbAlpha:
                var (size, place) = (_bits / 8, column * ChannelsOf(_colorType) * (_bits / 8));
                return (line[place], line[place + size], line[place + 2 * size]);
            case Palette:
                var index = RgbImage.Channels * Sample(line, column);
                return index + 2 < _palette!.Length ? (_palette[index], _palette[index + 1], _palette[index + 2]) : default;
            case Gray when _bits == 16:
                var value = (byte)Math.Min(BinaryPrimitives.ReadUInt16BigEndian(line.AsSpan(2 * column)), (ushort)255);
                return (value, value, value);
            case GrayAlpha:
                var gray = line[column * 2 * (_bits / 8)];
                return (gray, gray, gray);
            default:
                var scaled = (byte)(Sample(line, column) * 255 / ((1 << _bits) - 1));
                return (scaled, scaled, scaled);
        }
    }

    /// <summary>Returns a sample of at most eight bits. The first pixel is in the upper bits.</summary>
    private int Sample(byte[] line, int column)
    {
        if (_bits == 8) return line[column];
        var bit = column * _bits;
        return (line[bit / 8] >> (8 - _bits - bit % 8)) & ((1 << _bits) - 1);
    }

    private static void Unfilter(int filter, byte[] line, byte[] above, int distance)
    {
        if (filter is < 0 or > 4) throw Damaged($"the filter {filter} does not exist");
        for (var index = 0; index < line.Length; index++)
        {
            var (left, corner) = index >= distance ? (line[index - distance], above[index - distance]) : ((byte)0, (byte)0);
            line[index] += filter switch
            {
                1 => left,
                2 => above[index],
                3 => (byte)((left + above[index]) / 2),
                4 => Paeth(left, above[index], corner),
                _ => 0,
            };
        }
    }

    private static byte Paeth(byte left, byte above, byte corner)
    {
        var estimate = left + above - corner;
        var (a, b, c) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
        return a <= b && a <= c ? left : b <= c ? above : corner;
    }

    private static bool IsValid(int bits, int colorType) => colorType switch
    {
        Gray => bits is 1 or 2 or 4 or 8 or 16,
        Palette => bits is 1 or 2 or 4 or 8,
        Rgb or GrayAlpha or RgbAlpha => bits is 8 or 16,
        _ => false,
    };

    private static int ChannelsOf(int colorType) => colorType switch { Rgb => 3, GrayAlpha => 2, RgbAlpha => 4, _ => 1 };

    private static int Count(int size, int start, int step) => size <= start ? 0 : (size - start + step - 1) / step;

    private static ImageException Damaged(string reason) => new($"The PNG file is damaged: {reason}.");
}
