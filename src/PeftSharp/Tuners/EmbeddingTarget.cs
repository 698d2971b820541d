using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;

namespace PeftSharp.Tuners;

/// <summary>An embedding as a target.</summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public sealed class EmbeddingTarget : LayerTarget
{
    private readonly Embedding _embedding;

    private EmbeddingTarget(Embedding embedding) : base(embedding) => _embedding = embedding;

    /// <summary>The layer as a target; null where it is no embedding.</summary>
    internal static new EmbeddingTarget? Of(Module layer) => layer is Embedding embedding ? new EmbeddingTarget(embedding) : null;

    /// <inheritdoc/>
    public override bool HasWeight => true;

    /// <inheritdoc/>
    public override Parameter Weight => _embedding.Weight;

    /// <inheritdoc/>
    public override Parameter? Bias => null;

    /// <summary>Number of ids.</summary>
    public long Rows => Weight.shape[0];

    /// <summary>Width of a row.</summary>
    public long Width => Weight.shape[1];

    /// <summary>The id whose row is not trained; null where all rows are.</summary>
    public long? PaddingId => _embedding.PaddingId;
}
