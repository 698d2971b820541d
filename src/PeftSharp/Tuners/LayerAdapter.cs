using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>One adapter on one layer: its parameters and how it changes what the layer computes.</summary>
/// <remarks>
/// <para>Several adapters of a layer are nested in the order in which they are active: the next one sees the previous ones as part of the layer.</para>
/// <para>Thread safety: several threads call <see cref="Forward"/> at once in evaluation mode; it must not change the adapter.</para>
/// </remarks>
public abstract class LayerAdapter : AdapterWeights
{
    private Module? _layer;

    /// <summary>Whether the model is in training mode, so that dropout applies.</summary>
    protected bool IsTraining => _layer?.training ?? false;

    /// <summary>The layer's output with this adapter.</summary>
    /// <param name="x">The layer's input. With an adapter for each row of the batch, the rows of this one.</param>
    /// <param name="layer">The layer without this adapter. It may be called with another input, and more than once; it computes again unless it is called with <paramref name="x"/> itself.</param>
    /// <returns>Shaped as the layer's output; it is rounded to the type of that output.</returns>
    public abstract Tensor Forward(Tensor x, Func<Tensor, Tensor> layer);

    internal void AttachTo(Module layer) => _layer = layer;
}
