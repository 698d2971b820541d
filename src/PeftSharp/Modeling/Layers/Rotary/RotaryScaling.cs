using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Scales the frequencies of rotary embeddings for longer contexts. To add a type, add a class and an entry in <see cref="ByType"/>.
/// </summary>
internal abstract class RotaryScaling
{
    /// <summary>The scaling for each <c>rope_type</c>.</summary>
    internal static IReadOnlyDictionary<string, RotaryScaling> ByType { get; } =
        new Dictionary<string, RotaryScaling>(StringComparer.Ordinal)
        {
            ["default"] = new NoScaling(),
            ["linear"] = new LinearScaling(),
            ["dynamic"] = new DynamicScaling(),
            ["llama3"] = new Llama3Scaling(),
            ["yarn"] = new YarnScaling(),
            ["longrope"] = new LongRopeScaling(),
        };

    /// <summary>Whether the frequencies depend on the input length.</summary>
    internal virtual bool DependsOnLength => false;

    /// <summary>
    /// The number of tokens beyond which the frequencies of all tokens differ, so that cached keys are not valid for longer inputs. Null:
    /// cached keys stay valid.
    /// </summary>
    /// <param name="parameters">The configuration's values.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    internal virtual int? ShortLength(RotaryParameters parameters, int maxPositions) => null;

    /// <summary>Required fields that the parameters do not set.</summary>
    internal virtual IEnumerable<string> MissingFields(RotaryParameters parameters)
    {
        if (parameters.Factor is null) yield return "factor";
    }

    /// <summary>The frequencies in radians per token.</summary>
    /// <param name="parameters">The configuration's values.</param>
    /// <param name="width">Rotated width of a head.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    /// <param name="length">Number of tokens of the input, including cached ones.</param>
    /// <returns>Float32 [width / 2].</returns>
    internal abstract Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length);

    /// <summary>Factor by which cosines and sines are multiplied. Default 1.</summary>
    /// <param name="parameters">The configuration's values.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    internal virtual double AttentionFactor(RotaryParameters parameters, int maxPositions) => 1;

    /// <summary>1 / base^(2i / width) for i = 0, 1, ….</summary>
    private protected static Tensor Unscaled(double theta, int width) => 1.0 / Powers(theta, width);

    /// <summary>base^(2i / width) for i = 0, 1, ….</summary>
    private protected static Tensor Powers(double theta, int width) => pow(theta, arange(0, width, 2, ScalarType.Float32) / width);

    private sealed class NoScaling : RotaryScaling
    {
        internal override IEnumerable<string> MissingFields(RotaryParameters parameters) => [];

        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length) =>
            Unscaled(parameters.RopeTheta, width);
    }

    private sealed class LinearScaling : RotaryScaling
    {
        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length) =>
            Unscaled(parameters.RopeTheta, width) / parameters.Factor!.Value;
    }

    /// <summary>Dynamic NTK scaling: the base grows with the input length when the input is longer than the configured maximum.</summary>
    /// <remarks>
    /// transformers keeps the frequencies of the longest input so far until an input is shorter than the maximum; here the result depends
    /// on the current input only.
    /// </remarks>
    private sealed class DynamicScaling : RotaryScaling
    {
        internal override bool DependsOnLength => true;

        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length)
        {
            var (factor, longest) = (parameters.Factor!.Value, Math.Max(length, maxPositions));
            var theta = parameters.RopeTheta * Math.Pow(factor * longest / maxPositions - (factor - 1), width / (width - 2.0));
            return Unscaled(theta, width);
        }
    }

    /// <summary>Scales long wavelengths fully, does not scale short ones, and interpolates between them.</summary>
    private sealed class Llama3Scaling : RotaryScaling
    {
        internal override IEnumerable<string> MissingFields(RotaryParameters parameters)
        {
            foreach (var field in base.MissingFields(parameters)) yield return field;
            if (parameters.LowFreqFactor is null) yield return "low_freq_factor";
            if (parameters.HighFreqFactor is null) yield return "high_freq_factor";
        }

        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length)
        {
            var (factor, low, high) = (parameters.Factor!.Value, parameters.LowFreqFactor!.Value, parameters.HighFreqFactor!.Value);
            double context = parameters.OriginalMaxPositionEmbeddings ?? maxPositions;
            var unscaled = Unscaled(parameters.RopeTheta, width);
            var wavelengths = 2 * Math.PI / unscaled;
            var (isLong, isShort) = (wavelengths.gt(context / low), wavelengths.lt(context / high));
            var smooth = (context / wavelengths - low) / (high - low);
            var between = (1 - smooth) * unscaled / factor + smooth * unscaled;
            return where(isLong, unscaled / factor, where(isShort, unscaled, between));
        }
    }
}
