namespace PeftSharp.Generation;

/// <summary>Is given tokens while they are generated; derive from it to do as you like with them.</summary>
/// <remarks>transformers' <c>BaseStreamer</c>. One text only: not with several prompts, returned texts or beams.</remarks>
public abstract class BaseStreamer
{
    /// <summary>Takes tokens: first those of the prompt together, then one at a time.</summary>
    public abstract void Put(IReadOnlyList<int> tokenIds);

    /// <summary>The text is finished.</summary>
    public abstract void Finish();
}
