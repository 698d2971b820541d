namespace PeftSharp.Vision;

/// <summary>The settings of an <see cref="ImageProcessor"/>, which are the fields of <c>preprocessor_config.json</c>.</summary>
/// <remarks>The steps are, in this order: resize, crop the center, rescale, normalize.</remarks>
public sealed record ImageProcessorConfig
{
    /// <summary>The class in transformers: <c>ViTImageProcessor</c> or <c>CLIPImageProcessor</c>.</summary>
    public required string ImageProcessorType { get; init; }

    /// <summary>Whether images are resized to <see cref="Size"/>. Default true.</summary>
    public bool DoResize { get; init; } = true;

    /// <summary>The size of resized images. Default 224 x 224.</summary>
    public ImageSize Size { get; init; } = new(224, 224);

    /// <summary>The filter with which images are resized. Default bilinear.</summary>
    public Resample Resample { get; init; } = Resample.Bilinear;

    /// <summary>Whether images are cropped to <see cref="CropSize"/>; smaller images get a black border. Default false.</summary>
    public bool DoCenterCrop { get; init; }

    /// <summary>The size of cropped images. Default 224 x 224.</summary>
    public ImageSize CropSize { get; init; } = new(224, 224);

    /// <summary>Whether the values from 0 to 255 are multiplied by <see cref="RescaleFactor"/>. Default true.</summary>
    public bool DoRescale { get; init; } = true;

    /// <summary>The factor by which the values are multiplied. Default 1/255.</summary>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>
    /// Whether <see cref="ImageMean"/> is subtracted from the values, which are then divided by <see cref="ImageStd"/>. Default true.
    /// </summary>
    public bool DoNormalize { get; init; } = true;

    /// <summary>The mean of red, green and blue. Default 0.5 each.</summary>
    public IReadOnlyList<double> ImageMean { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>The standard deviation of red, green and blue. Default 0.5 each.</summary>
    public IReadOnlyList<double> ImageStd { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>The configuration of google/vit-base-patch16-224 (transformers' <c>ViTImageProcessor</c>).</summary>
    public static ImageProcessorConfig Vit { get; } = new() { ImageProcessorType = "ViTImageProcessor" };

    /// <summary>The configuration of openai/clip-vit-base-patch32 (transformers' <c>CLIPImageProcessor</c>).</summary>
    public static ImageProcessorConfig Clip { get; } = new()
    {
        ImageProcessorType = "CLIPImageProcessor",
        Size = new ImageSize(ShortestEdge: 224),
        Resample = Resample.Bicubic,
        DoCenterCrop = true,
        ImageMean = [0.48145466, 0.4578275, 0.40821073],
        ImageStd = [0.26862954, 0.26130258, 0.27577711],
    };

    /// <summary>Describes each invalid value; empty if the configuration is valid.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Size.Problem is { } size) yield return $"size is {Size}: {size}";
        if (CropSize.Problem is { } crop) yield return $"crop_size is {CropSize}: {crop}";
        else if (DoCenterCrop && CropSize.ShortestEdge is not null) yield return "crop_size must have height and width";
        if (!Enum.IsDefined(Resample)) yield return $"resample is {(int)Resample}; it must be a filter of Pillow, from 0 to 5";
        foreach (var (name, values) in new[] { ("size", Size), ("crop_size", CropSize) })
            if ((long?)values.Width * values.Height > RgbImage.MaxModelPixels)
                yield return $"{name} is {values}; it must have at most {RgbImage.MaxModelPixels} pixels";
        foreach (var (name, values) in new[] { ("image_mean", ImageMean), ("image_std", ImageStd) })
            if (values.Count != RgbImage.Channels || values.Any(value => !double.IsFinite(value)))
                yield return $"{name} is [{string.Join(", ", values)}]; three finite numbers are expected, one for each color";
        if (ImageStd.Contains(0)) yield return "image_std contains 0, by which values would be divided";
        if (!double.IsFinite(RescaleFactor)) yield return $"rescale_factor is {RescaleFactor}; it must be a finite number";
    }
}
