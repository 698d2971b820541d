using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Vision;

/// <summary>Converts images to the input of a model: resizes, crops, rescales and normalizes them.</summary>
/// <remarks>
/// <para>
/// The results are equal, bit for bit, to the results of transformers' processors that use Pillow (<c>ViTImageProcessorPil</c>,
/// <c>CLIPImageProcessorPil</c>). One exception: if the height is reduced significantly more than the width, Pillow 13 resizes in another
/// order, and a byte of the resized image can differ by 1. By default, transformers 5 uses torchvision instead, which resizes slightly
/// differently. Images are always converted to RGB.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class ImageProcessor
{
    private const int Values = 256;
    private readonly float[][] _tables;                     // for each color, the result for each byte

    /// <summary>Creates an image processor.</summary>
    /// <param name="config">The steps and their settings.</param>
    /// <exception cref="ArgumentException">The configuration is invalid; the message lists all problems.</exception>
    public ImageProcessor(ImageProcessorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var problems = config.Problems().ToArray();
        if (problems.Length > 0) throw new ArgumentException($"Invalid image processor: {string.Join("; ", problems)}.", nameof(config));
        Config = config;
        _tables = [.. Enumerable.Range(0, RgbImage.Channels).Select(Table)];
    }

    /// <summary>The steps and their settings.</summary>
    public ImageProcessorConfig Config { get; }

    /// <summary>Writes <c>preprocessor_config.json</c>. The write is atomic.</summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void SavePretrained(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ImageProcessorFile.Write(folder, Config);
    }

    /// <summary>Resizes and crops an image as the configuration specifies.</summary>
    /// <param name="image">The image, which is not changed.</param>
    /// <exception cref="ImageException">The resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public RgbImage Resize(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Config.DoResize && Config.Size.Of(image) is var size)
        {
            if ((long)size.Width * size.Height > RgbImage.MaxModelPixels)
                throw new ImageException($"An image of {image.Width} x {image.Height} pixels would be resized to {size.Width} x "
                    + $"{size.Height}, which is more than {RgbImage.MaxModelPixels} pixels. Crop the image, or change the size of the "
                    + "image processor.");
            image = image.Resize(size.Width, size.Height, Config.Resample);
        }
        return Config.DoCenterCrop ? CropCenter(image, Config.CropSize.Width!.Value, Config.CropSize.Height!.Value) : image;
    }

    /// <summary>Converts images to a tensor.</summary>
    /// <param name="images">The images, at least one; after resizing and cropping they must have equal sizes.</param>
    /// <returns><c>pixel_values</c>, float [images, 3, height, width].</returns>
    /// <exception cref="ArgumentException">There is no image, or the resized images have different sizes.</exception>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public Tensor Process(params IReadOnlyList<RgbImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Convert([.. images.Select(Resize)]);
    }

    /// <summary>Converts images to a batch with <c>pixel_values</c>, the result of <see cref="Process"/>.</summary>
    /// <param name="images">The images, at least one.</param>
    /// <exception cref="ArgumentException">There is no image, or the resized images have different sizes.</exception>
    /// <exception cref="ImageException">A resized image would have more than 16,777,216 pixels (4096 x 4096).</exception>
    public ModelInputs ToModelInputs(params IReadOnlyList<RgbImage> images) => new() { PixelValues = Process(images) };

    /// <summary>Rescales and normalizes images that have the same size.</summary>
    internal Tensor Convert(IReadOnlyList<RgbImage> images, string parameter = "images")
    {
        if (images.Count == 0) throw new ArgumentException("There is no image. Pass at least one.", parameter);
        var (width, height) = (images[0].Width, images[0].Height);
        if (images.FirstOrDefault(image => (image.Width, image.Height) != (width, height)) is { } other)
            throw new ArgumentException($"The images have different sizes after resizing: {width} x {height} and {other.Width} x "
                + $"{other.Height}. Use a processor with a fixed size or a crop.", parameter);
        var area = width * height;
        var values = new float[RgbImage.Channels * (long)area * images.Count];
        for (var index = 0; index < images.Count; index++)
            for (var channel = 0; channel < RgbImage.Channels; channel++)
            {
                var pixels = images[index].Pixels;
                var table = _tables[channel];
                var target = values.AsSpan((index * RgbImage.Channels + channel) * area, area);
                for (var place = 0; place < target.Length; place++) target[place] = table[pixels[RgbImage.Channels * place + channel]];
            }
        using var flat = from_array(values, ScalarType.Float32);
        return flat.reshape(images.Count, RgbImage.Channels, height, width);
    }

    /// <summary>
    /// Returns the result for each byte. As in numpy, a byte is multiplied by the factor in double precision and then converted to float32.
    /// </summary>
    private float[] Table(int channel)
    {
        var (mean, deviation) = ((float)Config.ImageMean[channel], (float)Config.ImageStd[channel]);
        return [.. Enumerable.Range(0, Values).Select(value =>
        {
            var scaled = Config.DoRescale ? (float)(value * Config.RescaleFactor) : value;
            return Config.DoNormalize ? (scaled - mean) / deviation : scaled;
        })];
    }

    /// <summary>
    /// Crops the center. A border is added to a smaller image; if the difference is odd, the border is wider at the left and top.
    /// </summary>
    private static RgbImage CropCenter(RgbImage image, int width, int height) =>
        image.Crop(Start(image.Width, width), Start(image.Height, height), width, height);

    private static int Start(int size, int crop) => (int)Math.Floor((size - crop) / 2.0);
}
