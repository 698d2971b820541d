using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A layer whose weight another layer uses, such as embeddings to which a head is tied. An adapter around such a layer returns the weight
/// of the wrapped layer; an adapter that trains rows of the embeddings returns the weight with these rows.
/// </summary>
/// <remarks>Thread safety: the implementing class documents which members can be called from several threads at once.</remarks>
public interface IHasWeight
{
    /// <summary>The weight.</summary>
    Tensor Weight { get; }
}
