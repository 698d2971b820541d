namespace PeftSharp.Vision;

/// <summary>
/// Settings for random changes of training images: a random part of an image is resized to the input size of the model, and the image may
/// be mirrored.
/// </summary>
/// <remarks>The changes are the same as in torchvision's <c>RandomResizedCrop</c> and <c>RandomHorizontalFlip</c>.</remarks>
public sealed record ImageAugmentation
{
    private const int Attempts = 10;

    /// <summary>
    /// Whether a random part of the image is used. This option has no effect if the image processor resizes to a shortest edge and does not
    /// crop. Default true.
    /// </summary>
    public bool RandomResizedCrop { get; init; } = true;

    /// <summary>
    /// The minimum area of the part, as a fraction of the image; above 0 and at most <see cref="MaxScale"/>. Default 0.08.
    /// </summary>
    public double MinScale { get; init; } = 0.08;

    /// <summary>The maximum area of the part, as a fraction of the image; at most 1. Default 1.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>
    /// The minimum ratio of the width to the height of the part; the maximum ratio is the inverse of this value. Above 0 and at most 1.
    /// Default 3/4.
    /// </summary>
    public double MinRatio { get; init; } = 3 / 4.0;

    /// <summary>The probability that the image is mirrored. Default 0.5.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate()
    {
        if (!(MinScale > 0 && MinScale <= MaxScale && MaxScale <= 1))
            throw new ArgumentException(
                $"MinScale is {MinScale} and MaxScale is {MaxScale}; both must be above 0 and at most 1, "
                + "and MinScale must not be above MaxScale.");
        if (MinRatio is not (> 0 and <= 1)) throw new ArgumentException($"MinRatio is {MinRatio}; it must be above 0 and at most 1.");
        if (FlipProbability is not (>= 0 and <= 1))
            throw new ArgumentException($"FlipProbability is {FlipProbability}; it must be from 0 to 1.");
    }

    /// <summary>Changes an image randomly, and resizes it like the processor.</summary>
    internal RgbImage Apply(RgbImage image, ImageProcessor processor, RandomStream random)
    {
        var config = processor.Config;
        var size = config.DoCenterCrop ? config.CropSize : config.Size;
        var result = RandomResizedCrop && size is { Width: { } width, Height: { } height }
            ? RandomPart(image, random).Resize(width, height, config.Resample)
            : processor.Resize(image);
        return random.NextDouble() < FlipProbability ? result.FlipHorizontally() : result;
    }

    private RgbImage RandomPart(RgbImage image, RandomStream random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = (double)image.Width * image.Height * (MinScale + (MaxScale - MinScale) * random.NextDouble());
            var ratio = Math.Exp(Math.Log(MinRatio) * (1 - 2 * random.NextDouble()));
            var (width, height) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (width < 1 || height < 1 || width > image.Width || height > image.Height) continue;
            return image.Crop(random.Next(image.Width - width + 1), random.Next(image.Height - height + 1), width, height);
        }
        // No attempt fitted into the image, which may be very wide or very tall: use the largest centered part with a permitted ratio.
        var widest = Math.Max(1, Math.Min(image.Width, (int)Math.Round(image.Height / MinRatio)));
        var highest = Math.Max(1, Math.Min(image.Height, (int)Math.Round(image.Width / MinRatio)));
        return image.Crop((image.Width - widest) / 2, (image.Height - highest) / 2, widest, highest);
    }
}
