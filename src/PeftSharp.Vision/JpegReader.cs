using BitMiracle.LibJpeg.Classic;

namespace PeftSharp.Vision;

/// <summary>Reads JPEG files, gray or in color, baseline or progressive, with the decoder of the Independent JPEG Group in C#.</summary>
internal static class JpegReader
{
    /// <summary>
    /// The maximum number of scans. The decoder processes the whole image once for each scan of a progressive file, so a small file with
    /// many scans could take hours. Encoders write about ten scans.
    /// </summary>
    private const int MaxScans = 500;

    /// <exception cref="ImageException">The file is malformed, incomplete or too large.</exception>
    internal static RgbImage Read(byte[] file, long maxPixels)
    {
        try
        {
            if (Scans(file) > MaxScans)
                throw new ImageException($"The JPEG file has more than {MaxScans} scans, which is not supported. Convert it to PNG.");
            using var stream = new MemoryStream(file, writable: false);
            var decoder = new jpeg_decompress_struct(new Errors());
            decoder.jpeg_stdio_src(stream);
            decoder.jpeg_read_header(true);
            ImageDecoder.CheckSize(decoder.Image_width, decoder.Image_height, maxPixels);
            if (decoder.Num_components is not (1 or RgbImage.Channels))
                throw new ImageException($"The JPEG file has {decoder.Num_components} color components"
                    + $"{(decoder.Num_components == 4 ? " (CMYK)" : "")}, which is not supported. Convert it to RGB.");
            var isGray = decoder.Num_components == 1;
            decoder.Out_color_space = isGray ? J_COLOR_SPACE.JCS_GRAYSCALE : J_COLOR_SPACE.JCS_RGB;
            decoder.jpeg_start_decompress();
            var image = new RgbImage(decoder.Output_width, decoder.Output_height);
            var line = new byte[decoder.Output_width * decoder.Out_color_components];
            while (decoder.Output_scanline < decoder.Output_height)
            {
                var target = image.Pixels.Slice(RgbImage.Channels * image.Width * decoder.Output_scanline, RgbImage.Channels * image.Width);
                decoder.jpeg_read_scanlines([line], 1);
                if (!isGray) line.CopyTo(target);
                else
                    for (var x = 0; x < line.Length; x++) target.Slice(RgbImage.Channels * x, RgbImage.Channels).Fill(line[x]);
            }
            decoder.jpeg_finish_decompress();
            return image;
        }
        catch (Exception error) when (error is not (ImageException or OutOfMemoryException))
        {
            // The decoder passes invalid values of the file to methods whose exceptions name their parameters.
            throw new ImageException(
                $"The JPEG file is damaged: {(error is ArgumentException ? "its data is inconsistent." : error.Message)}", error);
        }
    }

    private static int Scans(byte[] file)
    {
        var rest = file.AsSpan();
        var count = 0;
        for (int place; (place = rest.IndexOf([(byte)0xFF, (byte)0xDA])) >= 0; rest = rest[(place + 2)..]) count++;
        return count;
    }

    /// <summary>Throws instead of writing to the console. As in Pillow, a file that ends within the image is rejected.</summary>
    private sealed class Errors : jpeg_error_mgr
    {
        private const string PrematureEnd = "Premature end of JPEG file";

        public override void error_exit() => throw new ImageException($"The JPEG file is damaged: {format_message()}.");

        public override void emit_message(int msg_level)
        {
            if (msg_level < 0 && format_message().Contains(PrematureEnd, StringComparison.Ordinal))
                throw new ImageException("The JPEG file is incomplete: it ends within the image.");
        }

        public override void output_message() { }
    }
}
