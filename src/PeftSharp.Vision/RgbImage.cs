namespace PeftSharp.Vision;

/// <summary>An image in memory: red, green and blue of each pixel, 8 bits each.</summary>
/// <remarks>
/// <para>
/// Files are converted as by Pillow's <c>Image.open(path).convert("RGB")</c>: a gray value is used for red, green and blue, colors of a
/// palette are looked up, the alpha channel is dropped, and the orientation in EXIF data is not applied.
/// </para>
/// <para>Thread safety: several threads can use an instance at once, while no thread changes <see cref="Pixels"/>.</para>
/// </remarks>
public sealed class RgbImage
{
    /// <summary>Bytes of a pixel.</summary>
    internal const int Channels = 3;

    /// <summary>
    /// The default maximum number of pixels of a file, 89,478,485: the limit above which Pillow warns of a decompression bomb.
    /// </summary>
    public const long DefaultMaxPixels = 1024L * 1024 * 1024 / 4 / 3;

    /// <summary>The maximum number of pixels to which an image is resized or cropped for a model, 4096 x 4096.</summary>
    internal const long MaxModelPixels = 1 << 24;

    private readonly byte[] _pixels;

    /// <summary>Creates a black image.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the pixels do not fit in an array.</exception>
    public RgbImage(int width, int height) : this(width, height, new byte[ByteCount(width, height)]) { }

    /// <summary>Creates an image from its pixels, which are not copied.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="pixels">Red, green and blue of each pixel, row by row: 3 · width · height bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 3 · width · height.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the pixels do not fit in an array.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != ByteCount(width, height))
            throw new ArgumentException($"An image of {width} x {height} pixels has {ByteCount(width, height)} bytes, not {pixels.Length}.",
                nameof(pixels));
        (Width, Height, _pixels) = (width, height, pixels);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel, row by row: 3 · width · height bytes.</summary>
    public Span<byte> Pixels => _pixels;

    /// <summary>
    /// Loads an image from a file. The content of the file, not its name, determines the format: PNG, JPEG, or BMP without compression.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPixels">
    /// The maximum number of pixels; a larger image is rejected before memory is allocated for it. Default 89,478,485
    /// (<see cref="DefaultMaxPixels"/>).
    /// </param>
    /// <exception cref="ImageException">The file is not an image of a supported format, or it is malformed or too large.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static RgbImage Load(string path, long maxPixels = DefaultMaxPixels)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try { return ImageDecoder.Decode(File.ReadAllBytes(path), maxPixels); }
        catch (ImageException error) { throw new ImageException($"'{path}': {error.Message}", error.InnerException ?? error); }
    }

    /// <summary>Loads an image from the content of a PNG, JPEG or uncompressed BMP file.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="maxPixels">The maximum number of pixels. Default 89,478,485 (<see cref="DefaultMaxPixels"/>).</param>
    /// <exception cref="ImageException">The content is not an image of a supported format, or it is malformed or too large.</exception>
    public static RgbImage Decode(byte[] content, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(content);
        return ImageDecoder.Decode(content, maxPixels);
    }

    /// <summary>Saves the image to a PNG file. The write is atomic.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, PngWriter.Encode(this));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Sets a pixel.</summary>
    /// <param name="x">The column, from 0.</param>
    /// <param name="y">The row, from 0.</param>
    /// <param name="color">Red, green and blue.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pixel is outside of the image.</exception>
    public void SetPixel(int x, int y, (byte Red, byte Green, byte Blue) color)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
        var place = Channels * (y * Width + x);
        (_pixels[place], _pixels[place + 1], _pixels[place + 2]) = color;
    }

    /// <summary>Returns the image with another size. As in Pillow's <c>resize</c>, a filter is widened when the image is reduced.</summary>
    /// <param name="width">The new width.</param>
    /// <param name="height">The new height.</param>
    /// <param name="resample">The filter. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is less than 1, the pixels do not fit in an array, or the filter is unknown.
    /// </exception>
    public RgbImage Resize(int width, int height, Resample resample = Resample.Bilinear)
    {
        ByteCount(width, height);
        if (!Enum.IsDefined(resample))
            throw new ArgumentOutOfRangeException(nameof(resample), resample, $"resample must be a member of {nameof(Resample)}.");
        return resample == Resample.Nearest ? NearestResampling.Resize(this, width, height)
            : FilterResampling.Resize(this, width, height, ResampleFilter.Of(resample));
    }

    /// <summary>Returns a part of the image. Pixels outside of the image are black.</summary>
    /// <param name="left">The first column; may be negative.</param>
    /// <param name="top">The first row; may be negative.</param>
    /// <param name="width">Width of the part.</param>
    /// <param name="height">Height of the part.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the pixels do not fit in an array.</exception>
    public RgbImage Crop(int left, int top, int width, int height)
    {
        var part = new RgbImage(width, height);
        var (first, last) = (Math.Max(left, 0), (int)Math.Min((long)left + width, Width));
        if (first >= last) return part;
        for (var y = Math.Max(0, -(long)top); y < height && top + y < Height; y++)
            _pixels.AsSpan((int)(Channels * ((top + y) * Width + first)), Channels * (last - first))
                .CopyTo(part._pixels.AsSpan((int)(Channels * (y * width + first - left))));
        return part;
    }

    /// <summary>Returns the image with left and right exchanged.</summary>
    public RgbImage FlipHorizontally()
    {
        var flipped = new RgbImage(Width, Height);
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                _pixels.AsSpan(Channels * (y * Width + x), Channels)
                    .CopyTo(flipped._pixels.AsSpan(Channels * (y * Width + Width - 1 - x)));
        return flipped;
    }

    private static int ByteCount(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var bytes = (long)Channels * width * height;
        return bytes <= Array.MaxLength ? (int)bytes
            : throw new ArgumentOutOfRangeException(nameof(width), $"{width} x {height}", "The image is too large for an array.");
    }
}
