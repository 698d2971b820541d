using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using Embedding = PeftSharp.Modeling.Layers.Embedding;

namespace PeftSharp.Tuners;

/// <summary>An embedding to which an adapter is added.</summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public sealed class EmbeddingTarget : LayerTarget
{
    private readonly Embedding _embedding;

    private EmbeddingTarget(Embedding embedding) : base(embedding) => _embedding = embedding;

    /// <summary>Returns the layer as a target; null if it is not an embedding.</summary>
    internal static new EmbeddingTarget? FromModule(Module layer) => layer is Embedding embedding ? new EmbeddingTarget(embedding) : null;

    /// <inheritdoc/>
    public override bool HasWeight => true;

    /// <inheritdoc/>
    public override Parameter Weight => _embedding.Weight;

    /// <inheritdoc/>
    public override Parameter? Bias => null;

    /// <summary>Number of rows, one for each token id; <c>num_embeddings</c> in PyTorch.</summary>
    public long NumEmbeddings => Weight.shape[0];

    /// <summary>Number of values in a row; <c>embedding_dim</c> in PyTorch.</summary>
    public long EmbeddingDim => Weight.shape[1];

    /// <summary>Multiplies rows by the factor that the layer applies to its own rows (1 for most models).</summary>
    internal TorchSharp.torch.Tensor Scaled(TorchSharp.torch.Tensor rows) => _embedding.Scaled(rows);

    /// <summary>The token id whose row receives no gradient; <c>padding_idx</c> in PyTorch. Null: there is none.</summary>
    public long? PaddingId => _embedding.PaddingId;
}
