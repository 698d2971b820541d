namespace PeftSharp.Vision;

/// <summary>
/// The size to which images are resized or cropped: height and width, or only the shortest edge, which keeps the proportions. A crop
/// requires height and width.
/// </summary>
/// <param name="Height">Height in pixels; null with <paramref name="ShortestEdge"/>.</param>
/// <param name="Width">Width in pixels; null with <paramref name="ShortestEdge"/>.</param>
/// <param name="ShortestEdge">Length of the shortest edge in pixels; null with height and width.</param>
public sealed record ImageSize(int? Height = null, int? Width = null, int? ShortestEdge = null)
{
    /// <summary>Returns the size of an image after resizing. As in transformers, the length of the longer edge is rounded down.</summary>
    internal (int Width, int Height) Of(RgbImage image)
    {
        if (ShortestEdge is not { } edge) return (Width!.Value, Height!.Value);
        var (shorter, longer) = (Math.Min(image.Width, image.Height), Math.Max(image.Width, image.Height));
        var length = (int)((double)((long)edge * longer) / shorter);
        return image.Width <= image.Height ? (edge, length) : (length, edge);
    }

    /// <summary>Describes what is wrong; null if the size is valid.</summary>
    internal string? Problem => (Height, Width, ShortestEdge) is not (({ }, { }, null) or (null, null, { }))
        ? "it must have either height and width, or only shortest_edge"
        : new[] { Height, Width, ShortestEdge }.Any(value => value < 1) ? "its values must be at least 1" : null;

    /// <inheritdoc/>
    public override string ToString() => (Height, Width, ShortestEdge) switch
    {
        (null, null, { } edge) => $"shortest edge {edge}",
        ({ } height, { } width, null) => $"{width} x {height}",
        _ => $"height {Show(Height)}, width {Show(Width)}, shortest edge {Show(ShortestEdge)}",
    };

    private static object Show(int? value) => value is { } number ? number : "null";
}
