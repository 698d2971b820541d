using PeftSharp.Modeling;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.ModernBert;

/// <summary>Initial weights from a truncated normal distribution (transformers' <c>ModernBertPreTrainedModel._init_weights</c>).</summary>
/// <param name="config">The configuration.</param>
internal sealed class ModernBertInitialization(ModernBertConfig config)
{
    private const double DefaultCutoff = 3;

    /// <summary>Standard deviation of projections into a layer and of the embeddings.</summary>
    internal double In => config.InitializerRange;

    /// <summary>Standard deviation of projections out of a layer, which are added to the residual stream.</summary>
    internal double Out => config.InitializerRange / Math.Sqrt(2.0 * config.NumHiddenLayers);

    /// <summary>Standard deviation of a classifier.</summary>
    internal double Classifier => Math.Pow(config.HiddenSize, -0.5);

    /// <summary>Fills the weight of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="deviation">Standard deviation.</param>
    internal void Fill(Module module, double deviation) =>
        TruncatedNormal.Fill(module.get_parameter("weight")!, deviation, config.InitializerCutoffFactor ?? DefaultCutoff);
}
