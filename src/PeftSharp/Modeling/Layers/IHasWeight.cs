using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>A layer whose weight another layer reads, as a tied head reads the embeddings. An adapter around such a layer gives the weight of the layer inside.</summary>
/// <remarks>Thread safety: the implementing class says which members can be called from several threads at once.</remarks>
public interface IHasWeight
{
    /// <summary>The layer's weight.</summary>
    Tensor Weight { get; }
}
