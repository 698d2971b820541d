using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>The virtual tokens of one adapter.</summary>
/// <remarks>
/// Thread safety: <see cref="Embeddings"/> is called from several threads at once in evaluation mode and must not change the adapter.
/// </remarks>
public abstract class PromptAdapter : AdapterWeights
{
    /// <summary>Number of virtual tokens.</summary>
    public abstract int TokenCount { get; }

    /// <summary>
    /// Computes the embeddings of the virtual tokens, float [tokens, width]. Gradients flow through the result to the adapter's parameters.
    /// </summary>
    public abstract Tensor Embeddings();

    /// <summary>
    /// The tensor that the file stores as <c>prompt_embeddings</c>, float [tokens, width]; loading copies the file's values into it.
    /// </summary>
    public abstract Tensor SavedEmbeddings { get; }
}
