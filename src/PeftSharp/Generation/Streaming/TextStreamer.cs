using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>
/// Decodes tokens while they are generated, and passes each piece of text to a function as soon as its characters are complete.
/// </summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TextStreamer : BaseStreamer
{
    private readonly Action<string> _onText;
    private readonly DecodeStream _decoder;
    private bool _skipNext;

    /// <summary>Creates a streamer.</summary>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="onText">Receives each piece of text, which is never empty. Called between two tokens, so it should be fast.</param>
    /// <param name="skipPrompt">Whether the prompt is omitted. Default true.</param>
    /// <param name="skipSpecialTokens">Whether special tokens, such as the end-of-sequence token, are omitted. Default true.</param>
    public TextStreamer(Tokenizer tokenizer, Action<string> onText, bool skipPrompt = true, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(onText);
        (_onText, _skipNext, _decoder) = (onText, skipPrompt, tokenizer.CreateDecodeStream(skipSpecialTokens));
    }

    /// <inheritdoc/>
    public override void Put(IReadOnlyList<int> tokenIds)
    {
        if (_skipNext) _skipNext = false;
        else Give(_decoder.Step(tokenIds));
    }

    /// <inheritdoc/>
    public override void Finish() => Give(_decoder.Flush());

    private void Give(string text)
    {
        if (text.Length > 0) _onText(text);
    }
}
