using static TorchSharp.torch;
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

    /// <summary>Fills a weight; values beyond the cutoff are drawn again, all at once as in PyTorch's <c>trunc_normal_</c>.</summary>
    /// <param name="module">The module that has the weight.</param>
    /// <param name="deviation">Standard deviation.</param>
    internal void Fill(Module module, double deviation)
    {
        using var free = no_grad();
        var weight = module.get_parameter("weight")!;
        var bound = (float)((config.InitializerCutoffFactor ?? DefaultCutoff) * deviation);
        weight.normal_(0, deviation);
        while (true)
        {
            using var scope = NewDisposeScope();   // frees the temporaries of each iteration, because the embeddings are large
            var isFar = weight.abs().gt(bound);
            if (!isFar.any().item<bool>()) break;
            weight.copy_(where(isFar, empty_like(weight).normal_(0, deviation), weight));
        }
    }
}
