using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>An adapter whose effect can be merged into the layer's weights.</summary>
/// <remarks>Thread safety: several threads call <see cref="LayerAdapter.Forward"/> at once in evaluation mode; merging has exclusive use.</remarks>
public abstract class MergeableLayerAdapter : LayerAdapter
{
    /// <summary>The weight with this adapter in it.</summary>
    /// <param name="weight">The weight so far, in the order in which the layer stores it: the frozen one with the adapters before.</param>
    /// <param name="original">The frozen weight.</param>
    /// <returns>Shaped as <paramref name="weight"/>; it is rounded to the type of the layer's weight.</returns>
    public abstract Tensor MergeWeight(Tensor weight, Tensor original);

    /// <summary>The bias with this adapter in it. Default: <paramref name="bias"/>.</summary>
    /// <param name="bias">The bias so far; null where the layer has none.</param>
    /// <exception cref="InvalidOperationException">The adapter needs a bias and the layer has none.</exception>
    public virtual Tensor? MergeBias(Tensor? bias) => bias;
}
