using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>One adapter on one layer: its parameters and how they change the output of the layer.</summary>
/// <remarks>
/// <para>
/// Several adapters of a layer are nested in the order in which they are active: each one treats the preceding ones as part of the layer.
/// </para>
/// <para>
/// Thread safety: <see cref="Forward"/> is called from several threads at once in evaluation mode and must not change the adapter.
/// </para>
/// </remarks>
public abstract class LayerAdapter : AdapterWeights
{
    private Module? _layer;

    /// <summary>Whether the model is in training mode, in which dropout is active.</summary>
    protected bool IsTraining => _layer?.training ?? false;

    /// <summary>Computes the layer's output with this adapter.</summary>
    /// <param name="x">The layer's input. For a batch with one adapter per row, the rows of this adapter.</param>
    /// <param name="layer">
    /// The layer with the preceding adapters, but without this adapter. It can be called with a different input and more than once. A call
    /// may compute the output again, so store an output that you need twice.
    /// </param>
    /// <returns>A tensor with the shape of the layer's output; it is cast to the type of that output.</returns>
    public abstract Tensor Forward(Tensor x, Func<Tensor, Tensor> layer);

    internal void AttachTo(Module layer) => _layer = layer;
}
