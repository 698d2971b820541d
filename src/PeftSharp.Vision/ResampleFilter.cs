namespace PeftSharp.Vision;

/// <summary>A filter of Pillow: its weight at a distance in pixels, and the distance at which it ends.</summary>
internal sealed record ResampleFilter(double Support, Func<double, double> Weight)
{
    internal static ResampleFilter Of(Resample resample) => resample switch
    {
        Resample.Box => new ResampleFilter(0.5, x => x is > -0.5 and <= 0.5 ? 1 : 0),
        Resample.Bilinear => new ResampleFilter(1, x => Math.Abs(x) < 1 ? 1 - Math.Abs(x) : 0),
        Resample.Hamming => new ResampleFilter(1, Hamming),
        Resample.Bicubic => new ResampleFilter(2, Bicubic),
        Resample.Lanczos => new ResampleFilter(3, x => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0),
        _ => throw new ArgumentOutOfRangeException(nameof(resample), resample, "This filter has no weights."),
    };

    private static double Hamming(double x)
    {
        x = Math.Abs(x);
        if (x == 0) return 1;
        if (x >= 1) return 0;
        x *= Math.PI;
        return Math.Sin(x) / x * (0.54 + 0.46 * Math.Cos(x));
    }

    private static double Bicubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x)
    {
        if (x == 0) return 1;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
