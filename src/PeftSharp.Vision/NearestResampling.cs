namespace PeftSharp.Vision;

/// <summary>Resizes by taking the nearest pixel. As in Pillow, the position is a running sum in double precision.</summary>
internal static class NearestResampling
{
    internal static RgbImage Resize(RgbImage image, int width, int height)
    {
        var resized = new RgbImage(width, height);
        var (columns, rows) = (Places(image.Width, width), Places(image.Height, height));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                image.Pixels.Slice(RgbImage.Channels * (rows[y] * image.Width + columns[x]), RgbImage.Channels)
                    .CopyTo(resized.Pixels[(RgbImage.Channels * (y * width + x))..]);
        return resized;
    }

    private static int[] Places(int inputs, int outputs)
    {
        var places = new int[outputs];
        var step = (double)inputs / outputs;
        var position = step * 0.5;
        for (var index = 0; index < outputs; index++, position += step) places[index] = Math.Min((int)position, inputs - 1);
        return places;
    }
}
