using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>A layer adapter whose effect can be merged into the layer's weights.</summary>
/// <remarks>
/// Thread safety: <see cref="LayerAdapter.Forward"/> is called from several threads at once in evaluation mode; merging needs exclusive use
/// of the model.
/// </remarks>
public abstract class MergeableLayerAdapter : LayerAdapter
{
    /// <summary>Computes the layer's weight with this adapter merged.</summary>
    /// <param name="weight">
    /// The frozen weight with the preceding adapters merged, in the layout in which the layer stores its weight.
    /// </param>
    /// <param name="original">The frozen weight.</param>
    /// <returns>A tensor with the shape of <paramref name="weight"/>; it is cast to the type of the layer's weight.</returns>
    public abstract Tensor MergeWeight(Tensor weight, Tensor original);

    /// <summary>Computes the layer's bias with this adapter merged. Default: <paramref name="bias"/>.</summary>
    /// <param name="bias">The current bias; null if the layer has none.</param>
    /// <exception cref="InvalidOperationException">The adapter requires a bias, but the layer has none.</exception>
    public virtual Tensor? MergeBias(Tensor? bias) => bias;
}
