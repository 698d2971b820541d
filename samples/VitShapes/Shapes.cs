using PeftSharp.Vision;

/// <summary>Draws a shape of a color, with a random size near the center, on a gray background with noise.</summary>
internal static class Shapes
{
    internal const int Size = 32;

    internal static readonly string[] Names = ["circle", "cross", "square", "triangle"];

    internal static readonly (string Name, (byte Red, byte Green, byte Blue) Value)[] Colors =
        [("red", (200, 40, 40)), ("green", (40, 170, 60)), ("blue", (50, 70, 210)), ("yellow", (220, 200, 50))];

    internal static RgbImage Draw(string shape, (byte Red, byte Green, byte Blue) color, Random random)
    {
        var image = new RgbImage(Size, Size);
        var background = random.Next(90, 160);
        for (var place = 0; place < image.Pixels.Length; place++) image.Pixels[place] = (byte)(background + random.Next(-20, 21));
        var radius = random.Next(9, 13);
        var (centerX, centerY) = (Size / 2 + random.Next(-2, 3), Size / 2 + random.Next(-2, 3));
        for (var y = 0; y < Size; y++)
            for (var x = 0; x < Size; x++)
                if (IsInside(shape, (x - centerX) / (double)radius, (y - centerY) / (double)radius)) image.SetPixel(x, y, color);
        return image;
    }

    /// <summary>Returns whether a point is inside a shape whose center is 0 and whose size is 1.</summary>
    private static bool IsInside(string shape, double x, double y) => shape switch
    {
        "circle" => x * x + y * y <= 1,
        "cross" => Math.Max(Math.Abs(x), Math.Abs(y)) <= 1 && Math.Min(Math.Abs(x), Math.Abs(y)) <= 0.3,
        "square" => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.85,
        "triangle" => y <= 0.8 && y >= 2 * Math.Abs(x) - 1,
        _ => throw new ArgumentException($"'{shape}' is not a shape.", nameof(shape)),
    };
}
