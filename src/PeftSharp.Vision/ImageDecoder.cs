namespace PeftSharp.Vision;

/// <summary>Decodes images of the supported formats.</summary>
internal static class ImageDecoder
{
    private static int MaxArrayPixels => Array.MaxLength / RgbImage.Channels;

    /// <exception cref="ImageException">The content is not an image of a supported format, or it is malformed or too large.</exception>
    internal static RgbImage Decode(byte[] content, long maxPixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        return content switch
        {
            _ when content.AsSpan().StartsWith(PngChunks.Signature) => PngReader.Read(content, maxPixels),
            [0xFF, 0xD8, ..] => JpegReader.Read(content, maxPixels),
            [(byte)'B', (byte)'M', ..] => BmpReader.Read(content, maxPixels),
            [] => throw new ImageException("The file is empty."),
            _ => throw new ImageException($"The format {NameOf(content)}is not supported. Convert the image to PNG or JPEG."),
        };
    }

    /// <exception cref="ImageException">
    /// The image is empty, or it has more than <paramref name="maxPixels"/> pixels or more than fit in an array.
    /// </exception>
    internal static void CheckSize(int width, int height, long maxPixels)
    {
        if (width < 1 || height < 1)
            throw new ImageException($"The image has {width} x {height} pixels, so it is empty. Remove the file, or obtain it again.");
        if ((long)width * height > MaxArrayPixels)
            throw new ImageException($"The image has {width} x {height} pixels, but an image can have at most {MaxArrayPixels} pixels. "
                + "Make the image smaller, or remove the file.");
        if ((long)width * height > maxPixels)
            throw new ImageException($"The image has {width} x {height} pixels, which is more than maxPixels ({maxPixels}). "
                + "If the file comes from a trusted source, pass a larger maxPixels to RgbImage or ImageCollator, or set MaxPixels of the "
                + "classifier.");
    }

    private static string NameOf(byte[] content) => content switch
    {
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "WebP ",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "GIF ",
        [(byte)'I', (byte)'I', (byte)'*', 0, ..] or [(byte)'M', (byte)'M', 0, (byte)'*', ..] => "TIFF ",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "HEIF or AVIF ",
        [(byte)'<', ..] => "SVG or HTML ",
        _ => "of the file ",
    };
}
