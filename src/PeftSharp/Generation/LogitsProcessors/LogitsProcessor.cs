using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Changes the scores of the next token before it is chosen. Derive from this class for a custom processor.</summary>
/// <remarks>
/// <para>
/// Corresponds to <c>LogitsProcessor</c> in transformers. An instance that is created for one call of <c>Generate</c> can keep state, such
/// as a counter.
/// </para>
/// <para>
/// Thread safety: an instance without state can be passed to calls on several threads at once. The processors of the library have no state.
/// </para>
/// </remarks>
public abstract class LogitsProcessor
{
    /// <summary>Returns the changed scores of the next token.</summary>
    /// <param name="inputIds">Prompt and generated tokens, int64 [rows, tokens]. Do not modify or store this tensor.</param>
    /// <param name="scores">Scores of each token of the vocabulary, float32 [rows, vocabulary]. Do not modify this tensor.</param>
    /// <returns>The new scores: a new tensor, or <paramref name="scores"/> itself.</returns>
    public abstract Tensor Process(Tensor inputIds, Tensor scores);
}
