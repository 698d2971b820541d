using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// LongRoPE (Ding et al. 2024, arXiv:2402.13753): each frequency has its own factor, one for inputs up to the original context and one for
/// longer inputs.
/// </summary>
/// <remarks>
/// When a generated text exceeds the original context, the cached keys are computed again. transformers does this for Phi-3 only; with
/// other models, its generated text depends on whether a cache is used.
/// </remarks>
internal sealed class LongRopeScaling : RotaryScaling
{
    internal override bool DependsOnLength => true;

    internal override IEnumerable<string> MissingFields(RotaryParameters parameters)
    {
        if (parameters.ShortFactor is null) yield return "short_factor";
        if (parameters.LongFactor is null) yield return "long_factor";
    }

    internal override int? ShortLength(RotaryParameters parameters, int maxPositions) =>
        parameters.OriginalMaxPositionEmbeddings ?? maxPositions;

    internal override Tensor Frequencies(RotaryParameters parameters, int width, int maxPositions, long length)
    {
        var factors = length > ShortLength(parameters, maxPositions) ? parameters.LongFactor! : parameters.ShortFactor!;
        return 1.0 / (tensor(factors.Select(factor => (float)factor).ToArray()) * Powers(parameters.RopeTheta, width));
    }

    internal override double AttentionFactor(RotaryParameters parameters, int maxPositions)
    {
        if (parameters.AttentionFactor is { } given) return given;
        double context = parameters.OriginalMaxPositionEmbeddings ?? maxPositions;
        var factor = parameters.Factor ?? maxPositions / context;
        return factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(context));
    }
}
