using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>How the frequencies of rotary embeddings are scaled for longer contexts. A new type is a class and a line in <see cref="ByType"/>.</summary>
internal abstract class RotaryScaling
{
    /// <summary>The scaling for each <c>rope_type</c>.</summary>
    internal static IReadOnlyDictionary<string, RotaryScaling> ByType { get; } = new Dictionary<string, RotaryScaling>(StringComparer.Ordinal)
    {
        ["default"] = new NoScaling(),
        ["linear"] = new LinearScaling(),
        ["dynamic"] = new DynamicScaling(),
        ["llama3"] = new Llama3Scaling(),
    };

    /// <summary>Whether the frequencies depend on the length of the input.</summary>
    internal virtual bool DependsOnLength => false;

    /// <summary>Fields that the scaling needs and the parameters lack.</summary>
    internal virtual IEnumerable<string> MissingFields(RotaryParameters parameters)
    {
        if (parameters.Factor is null) yield return "factor";
    }

    /// <summary>The frequencies in radians per token.</summary>
    /// <param name="parameters">The configuration's values.</param>
    /// <param name="width">Rotated width of a head.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    /// <param name="length">Tokens of the input, those in the cache among them.</param>
    /// <returns>Float32 [width / 2].</returns>
    internal abstract Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length);

    /// <summary>Factor on cosines and sines. Default 1.</summary>
    /// <param name="parameters">The configuration's values.</param>
    /// <param name="maxPositions">The configuration's maximum number of tokens.</param>
    internal virtual double AttentionFactor(RotaryParameters parameters, int maxPositions) => 1;

    /// <summary>1 / base^(2i / width) for i = 0, 1, ….</summary>
    private static Tensor Unscaled(double theta, int width) => 1.0 / pow(theta, arange(0, width, 2, ScalarType.Float32) / width);

    private sealed class NoScaling : RotaryScaling
    {
        internal override IEnumerable<string> MissingFields(RotaryParameters parameters) => [];

        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length) => Unscaled(parameters.RopeTheta, width);
    }

    private sealed class LinearScaling : RotaryScaling
    {
        internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length) => Unscaled(parameters.RopeTheta, width) / parameters.Factor!.Value;
    }

    /// <summary>NTK scaling whose base grows with the input once it is longer than the configuration's maximum.</summary>
    /// <remarks>transformers keeps the largest length seen and returns to the original frequencies only for shorter inputs than the maximum; here the result depends on the input alone.</remarks>
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

    /// <summary>Scales long wavelengths in full, short ones not at all, and those between by interpolation.</summary>
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
