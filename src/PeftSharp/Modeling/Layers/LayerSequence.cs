using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Runs the layers of an encoder or decoder one after another.</summary>
public static class LayerSequence
{
    /// <summary>Calls each layer with the output of the layer before it.</summary>
    /// <typeparam name="TLayer">The type of the layers.</typeparam>
    /// <param name="layers">The layers.</param>
    /// <param name="x">The embeddings, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <param name="options">The options of the forward pass.</param>
    /// <param name="afterLayer">
    /// Changes the output of a layer, given the layer's zero-based index and its output. Null: outputs are not changed.
    /// </param>
    /// <returns>
    /// The embeddings and the output of each layer, float [batch, tokens, hidden] each. If the head reads only the first token, the last
    /// output may contain only that token.
    /// </returns>
    public static IReadOnlyList<Tensor> Run<TLayer>(
        ModuleList<TLayer> layers, Tensor x, AttentionContext context, ForwardOptions options, Func<int, Tensor, Tensor>? afterLayer = null)
        where TLayer : Module<Tensor, AttentionContext, Tensor>
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        var states = new List<Tensor>(layers.Count + 1) { x };
        foreach (var (index, layer) in layers.Index())
        {
            var isFirstTokenOnly = index == layers.Count - 1 && FirstToken.CanBeComputedAlone(layer, states[^1], context, options);
            var state = isFirstTokenOnly ? FirstToken.Compute(layer, states[^1], context) : layer.call(states[^1], context);
            states.Add(afterLayer is null ? state : afterLayer(index, state));
        }
        return states;
    }
}
