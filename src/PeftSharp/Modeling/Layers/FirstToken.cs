using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Computes the last layer of an encoder whose head reads only the first token: keys and values for all tokens, everything else for the
/// first token only, with results identical to those of the full layer.
/// </summary>
internal static class FirstToken
{
    /// <summary>
    /// Whether computing the first token alone gives the same result as computing all tokens: the layer consists of known modules, and its
    /// dropout can draw the random numbers of all tokens.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">The input of the layer, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="options">The options of the forward pass.</param>
    internal static bool CanBeComputedAlone(Module layer, Tensor x, AttentionContext context, ForwardOptions options)
    {
        if (!options.FirstTokenOnly || options.OutputHiddenStates || options.OutputAttentions || !FastPaths.FirstTokenOnly
            || context.IsCausal || context.Cache is not null)
            return false;
        var hasAttention = false;
        foreach (var module in layer.modules())
        {
            hasAttention |= module is not Dropout && module is IFirstTokenAware;
            if (module is IFirstTokenAware aware ? !aware.CanComputeFirstTokenOnly(x) : !IsRowByRow(module)) return false;
        }
        return hasAttention;
    }

    /// <summary>Runs the layer for the first token.</summary>
    /// <returns>Float [batch, 1, hidden].</returns>
    internal static Tensor Compute(Module<Tensor, AttentionContext, Tensor> layer, Tensor x, AttentionContext context)
    {
        using var drawn = Dropout.DrawFor(x.shape[1]);
        return layer.call(x, context.ForFirstToken());
    }

    /// <summary>
    /// Whether a module processes each token independently: the library's linear layers and norms, and modules that only hold others. An
    /// adapter does not qualify, since it has its own dropout.
    /// </summary>
    private static bool IsRowByRow(Module module) => module is Linear or LayerNorm
        || (module is not ILayerWrapper && !module.parameters(recurse: false).Any() && module.children().Any());
}
