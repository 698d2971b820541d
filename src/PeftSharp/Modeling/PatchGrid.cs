using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The patches into which a vision model divides an image; sizes in pixels.</summary>
internal readonly record struct PatchGrid(int ImageHeight, int ImageWidth, int PatchHeight, int PatchWidth, int Channels)
{
    internal int Rows => ImageHeight / PatchHeight;

    internal int Columns => ImageWidth / PatchWidth;

    /// <summary>Number of patches.</summary>
    internal int Count => Rows * Columns;

    /// <summary>The grid of images of another size; pixels that do not fill a patch are not read, as in PyTorch's convolution.</summary>
    /// <param name="pixels">Float [batch, channels, height, width].</param>
    internal PatchGrid Of(Tensor pixels) => this with { ImageHeight = (int)pixels.shape[2], ImageWidth = (int)pixels.shape[3] };

    /// <summary>Checks the shape of a batch of images.</summary>
    /// <exception cref="DatasetException">The model does not read images of this shape.</exception>
    internal void Check(Tensor pixels, bool isInterpolated)
    {
        var isImage = pixels.dim() == 4 && pixels.shape[1] == Channels;
        var hasSize = isImage && (isInterpolated
            ? pixels.shape[2] >= PatchHeight && pixels.shape[3] >= PatchWidth
            : pixels.shape[2] == ImageHeight && pixels.shape[3] == ImageWidth);
        if (hasSize) return;
        var size = isInterpolated ? "height, width" : $"{ImageHeight}, {ImageWidth}";
        throw new DatasetException($"'pixel_values' has shape [{string.Join(", ", pixels.shape)}], but [batch, {Channels}, {size}] is "
            + $"expected ({(isInterpolated ? "num_channels" : "num_channels and image_size")}). "
            + (pixels.dim() != 4 ? "Stack images of equal size; one image needs unsqueeze(0)."
                : !isImage ? "Convert the images with the image processor of the model."
                : isInterpolated ? $"Each image must have at least {PatchHeight} x {PatchWidth} pixels (patch_size)."
                : "Resize the images with the image processor of the model, or set ForwardOptions.InterpolatePosEncoding."));
    }
}
