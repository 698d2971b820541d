using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// YaRN (Peng et al. 2023, arXiv:2309.00071): frequencies that complete many rotations in the original context are unchanged, those that
/// complete few are divided by the factor, and those between are interpolated.
/// </summary>
internal sealed class YarnScaling : RotaryScaling
{
    private const double DefaultBetaFast = 32, DefaultBetaSlow = 1;

    internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length)
    {
        var powers = Powers(parameters.RopeTheta, width);
        var (unscaled, scaled) = (1.0 / powers, 1.0 / (parameters.Factor!.Value * powers));
        var (low, high) = Range(parameters, width, maxPositions);
        var ramp = ((arange(width / 2, ScalarType.Float32) - low) / (high - low)).clamp(0, 1);
        var kept = 1 - ramp;
        return scaled * (1 - kept) + unscaled * kept;
    }

    internal override double AttentionFactor(RotaryParameters parameters, int maxPositions)
    {
        if (parameters.AttentionFactor is { } given) return given;
        var factor = parameters.Factor!.Value;
        return parameters is { Mscale: { } scale and not 0, MscaleAllDim: { } all and not 0 }
            ? Magnitude(factor, scale) / Magnitude(factor, all)
            : Magnitude(factor, 1);
    }

    private static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : 0.1 * scale * Math.Log(factor) + 1;

    /// <summary>The first and the last index of the frequencies that are interpolated.</summary>
    private static (double Low, double High) Range(RotaryParameters parameters, int width, int maxPositions)
    {
        double context = parameters.OriginalMaxPositionEmbeddings ?? maxPositions;
        var low = IndexOf(parameters.BetaFast is { } fast and not 0 ? fast : DefaultBetaFast);
        var high = IndexOf(parameters.BetaSlow is { } slow and not 0 ? slow : DefaultBetaSlow);
        if (parameters.Truncate ?? true) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, width - 1));
        return (low, low == high ? high + 0.001 : high);

        double IndexOf(double rotations) =>
            width * Math.Log(context / (rotations * 2 * Math.PI)) / (2 * Math.Log(parameters.RopeTheta));
    }
}
