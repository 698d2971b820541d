using static TorchSharp.torch;

namespace PeftSharp.Tuners;

/// <summary>The virtual tokens of one adapter.</summary>
/// <remarks>Thread safety: several threads call <see cref="Embeddings"/> at once in evaluation mode; it must not change the adapter.</remarks>
public abstract class PromptAdapter : AdapterWeights
{
    /// <summary>Number of virtual tokens.</summary>
    public abstract int Tokens { get; }

    /// <summary>The embeddings of the virtual tokens, float [tokens, width], with a gradient to the adapter's parameters.</summary>
    public abstract Tensor Embeddings();

    /// <summary>What the file holds as <c>prompt_embeddings</c>, float [tokens, width]; loading copies the file's values into it.</summary>
    public abstract Tensor SavedEmbeddings { get; }
}
