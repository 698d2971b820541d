namespace PeftSharp.Vision;

/// <summary>
/// Resizes with a filter, first the rows and then the columns, with Pillow's fixed-point weights, so that every byte is equal to Pillow's.
/// </summary>
/// <remarks>
/// Pillow 13 resizes the columns first if the height is reduced significantly more than the width, which changes a byte by at most 1.
/// The exact limit is not known: the recorded images only show that the ratio of the two reductions at the limit is between 1.01 and 1.57.
/// </remarks>
internal static class FilterResampling
{
    private const double ColumnsFirstRatio = 1.5;
    private const int PrecisionBits = 32 - 8 - 2, Half = 1 << (PrecisionBits - 1);

    internal static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter)
    {
        var (reducesWidth, reducesHeight) = ((double)image.Width / width, (double)image.Height / height);
        var areColumnsFirst = reducesHeight > 1 && reducesHeight > ColumnsFirstRatio * reducesWidth;
        if (areColumnsFirst) image = Columns(image, height, Weights.Of(image.Height, height, filter));
        if (width != image.Width) image = Rows(image, width, Weights.Of(image.Width, width, filter));
        return height != image.Height ? Columns(image, height, Weights.Of(image.Height, height, filter))
            : new RgbImage(image.Width, image.Height, image.Pixels.ToArray());
    }

    private static RgbImage Rows(RgbImage image, int width, Weights weights)
    {
        var resized = new RgbImage(width, image.Height);
        var from = image.Pixels;
        var to = resized.Pixels;
        for (var y = 0; y < image.Height; y++)
        {
            var row = from.Slice(RgbImage.Channels * y * image.Width, RgbImage.Channels * image.Width);
            var place = RgbImage.Channels * y * width;
            for (var x = 0; x < width; x++)
            {
                var values = weights.At(x, out var first);
                int red = Half, green = Half, blue = Half, source = RgbImage.Channels * first;
                foreach (var weight in values)
                {
                    red += row[source] * weight;
                    green += row[source + 1] * weight;
                    blue += row[source + 2] * weight;
                    source += RgbImage.Channels;
                }
                (to[place], to[place + 1], to[place + 2]) = (Byte(red), Byte(green), Byte(blue));
                place += RgbImage.Channels;
            }
        }
        return resized;
    }

    private static RgbImage Columns(RgbImage image, int height, Weights weights)
    {
        var resized = new RgbImage(image.Width, height);
        var from = image.Pixels;
        var to = resized.Pixels;
        var stride = RgbImage.Channels * image.Width;
        var sums = new int[stride];
        for (var y = 0; y < height; y++)
        {
            var values = weights.At(y, out var first);
            Array.Fill(sums, Half);
            for (var index = 0; index < values.Length; index++)
            {
                var row = from.Slice(stride * (first + index), stride);
                var weight = values[index];
                for (var x = 0; x < sums.Length; x++) sums[x] += row[x] * weight;
            }
            var target = to.Slice(stride * y, stride);
            for (var x = 0; x < sums.Length; x++) target[x] = Byte(sums[x]);
        }
        return resized;
    }

    private static byte Byte(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    /// <summary>For each pixel of the result, the first pixel that is read, and the weights of that pixel and the following ones.</summary>
    private sealed class Weights(int[] firsts, int[] counts, int[] values, int perPixel)
    {
        internal ReadOnlySpan<int> At(int pixel, out int first)
        {
            first = firsts[pixel];
            return values.AsSpan(pixel * perPixel, counts[pixel]);
        }

        internal static Weights Of(int inputs, int outputs, ResampleFilter filter)
        {
            var scale = (double)inputs / outputs;
            var filterScale = Math.Max(scale, 1);
            var support = filter.Support * filterScale;
            var perPixel = (int)Math.Ceiling(support) * 2 + 1;
            var (firsts, counts, values) = (new int[outputs], new int[outputs], new int[outputs * perPixel]);
            var exact = new double[perPixel];
            for (var pixel = 0; pixel < outputs; pixel++)
            {
                var center = (pixel + 0.5) * scale;
                var first = Math.Max((int)(center - support + 0.5), 0);
                var count = Math.Min((int)(center + support + 0.5), inputs) - first;
                var sum = 0.0;
                for (var index = 0; index < count; index++)
                    sum += exact[index] = filter.Weight((index + first - center + 0.5) * (1 / filterScale));
                for (var index = 0; index < count; index++)
                {
                    var weight = (sum == 0 ? exact[index] : exact[index] / sum) * (1 << PrecisionBits);
                    values[pixel * perPixel + index] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
                }
                (firsts[pixel], counts[pixel]) = (first, count);
            }
            return new Weights(firsts, counts, values, perPixel);
        }
    }
}
