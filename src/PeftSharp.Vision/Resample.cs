namespace PeftSharp.Vision;

/// <summary>The filters with which images are resized, with the numbers of Pillow's <c>Image.Resampling</c>.</summary>
/// <remarks>
/// The numbers of pixels below are per dimension and apply to enlarging. To reduce an image, all filters except <see cref="Nearest"/>
/// read proportionally more pixels, as in Pillow.
/// </remarks>
public enum Resample
{
    /// <summary>The nearest pixel.</summary>
    Nearest = 0,

    /// <summary>A sinc function with a Lanczos window, over six pixels.</summary>
    Lanczos = 1,

    /// <summary>Linear interpolation over two pixels.</summary>
    Bilinear = 2,

    /// <summary>Cubic interpolation over four pixels, with a = -0.5.</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels that a pixel of the result covers.</summary>
    Box = 4,

    /// <summary>A sinc function with a Hamming window, over two pixels.</summary>
    Hamming = 5,
}
