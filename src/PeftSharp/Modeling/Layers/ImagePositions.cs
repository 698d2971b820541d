using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Embeds images: a class token, then one token for each patch, plus position embeddings.</summary>
internal static class ImagePositions
{
    /// <summary>Adds the class token and the position embeddings to the patches.</summary>
    /// <param name="patches">Float [batch, patches, width].</param>
    /// <param name="classToken">Float, broadcast to [batch, 1, width].</param>
    /// <param name="positions">Float [1, 1 + patches, width].</param>
    /// <param name="trained">The patches of the images for which the positions were trained.</param>
    /// <param name="image">The patches of the images in the batch. If the two grids differ, the positions are interpolated.</param>
    /// <returns>Float [batch, 1 + patches, width].</returns>
    internal static Tensor Embed(Tensor patches, Tensor classToken, Tensor positions, PatchGrid trained, PatchGrid image)
    {
        using var scope = NewDisposeScope();
        var first = classToken.to(patches.dtype).reshape(1, 1, -1).expand(patches.shape[0], 1, patches.shape[2]);
        if ((trained.Rows, trained.Columns) != (image.Rows, image.Columns)) positions = Interpolate(positions, trained, image);
        return (cat([first, patches], 1) + positions.to(patches.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Interpolates the positions of the patches to another grid, as transformers' <c>interpolate_pos_encoding</c> does.</summary>
    private static Tensor Interpolate(Tensor positions, PatchGrid trained, PatchGrid image)
    {
        var width = positions.shape[2];
        var grid = positions.narrow(1, 1, trained.Count).reshape(1, trained.Rows, trained.Columns, width).permute(0, 3, 1, 2);
        var resized = functional.interpolate(grid, [image.Rows, image.Columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([positions.narrow(1, 0, 1), resized.permute(0, 2, 3, 1).reshape(1, image.Count, width)], 1);
    }
}
