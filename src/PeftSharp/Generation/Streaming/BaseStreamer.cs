namespace PeftSharp.Generation;

/// <summary>Receives tokens while they are generated. Derive from this class to process them.</summary>
/// <remarks>
/// <para>
/// Corresponds to <c>BaseStreamer</c> in transformers. A streamer supports one sequence, and not several prompts, returned sequences or
/// beams.
/// </para>
/// <para>Not thread-safe: use one instance per call of <c>Generate</c>. The streamer is called on the thread that generates.</para>
/// </remarks>
public abstract class BaseStreamer
{
    /// <summary>Receives tokens: first all tokens of the prompt, then one token at a time.</summary>
    /// <param name="tokenIds">The token ids.</param>
    public abstract void Put(IReadOnlyList<int> tokenIds);

    /// <summary>Called when the sequence is finished.</summary>
    public abstract void Finish();
}
