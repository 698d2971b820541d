namespace PeftSharp.Generation;

/// <summary>Is given tokens while they are generated; derive from it to do as you like with them.</summary>
/// <remarks>
/// <para>transformers' <c>BaseStreamer</c>. One text only: not with several prompts, returned texts or beams.</para>
/// <para>Not thread-safe: use one for each call; the thread that generates calls it.</para>
/// </remarks>
public abstract class BaseStreamer
{
    /// <summary>Takes tokens: first those of the prompt together, then one at a time.</summary>
    public abstract void Put(IReadOnlyList<int> tokenIds);

    /// <summary>The text is finished.</summary>
    public abstract void Finish();
}
