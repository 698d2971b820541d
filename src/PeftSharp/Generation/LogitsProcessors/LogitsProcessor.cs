using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Changes the scores of the next token before one is chosen; derive from it for a rule of your own.</summary>
/// <remarks>
/// <para>transformers' <c>LogitsProcessor</c>. One is made for one call of <c>Generate</c>, so it may count.</para>
/// <para>Thread safety: one instance can be passed to calls on several threads at once if it keeps no state; the processors of the library keep none.</para>
/// </remarks>
public abstract class LogitsProcessor
{
    /// <param name="inputIds">Prompt and what was generated, int64 [rows, tokens]; not to be changed or kept.</param>
    /// <param name="scores">Scores of each token of the vocabulary, float32 [rows, vocabulary]; not to be changed.</param>
    /// <returns>The new scores: a new tensor, or <paramref name="scores"/> itself.</returns>
    public abstract Tensor Process(Tensor inputIds, Tensor scores);
}
