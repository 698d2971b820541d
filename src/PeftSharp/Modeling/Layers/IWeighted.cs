using static TorchSharp.torch;

namespace PeftSharp.Modeling.Layers;

/// <summary>A layer whose weight another reads, as a tied head reads the embeddings; an adapter around it answers for the layer inside.</summary>
internal interface IWeighted
{
    /// <summary>The layer's weight.</summary>
    Tensor Weight { get; }
}
