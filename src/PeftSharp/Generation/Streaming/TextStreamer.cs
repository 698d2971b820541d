using PeftSharp.Tokenization;

namespace PeftSharp.Generation;

/// <summary>Gives text while it is generated, as soon as characters are whole.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TextStreamer : BaseStreamer
{
    private readonly Action<string> _onText;
    private readonly DecodeStream _decoder;
    private bool _skipNext;

    /// <param name="tokenizer">The tokenizer that belongs to the model.</param>
    /// <param name="onText">Takes each piece; never empty. It runs between two tokens, so it should be quick.</param>
    /// <param name="skipPrompt">Whether the prompt is left out. Default true.</param>
    /// <param name="skipSpecialTokens">Whether special tokens, the end of text for example, are left out. Default true.</param>
    public TextStreamer(Tokenizer tokenizer, Action<string> onText, bool skipPrompt = true, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(onText);
        (_onText, _skipNext, _decoder) = (onText, skipPrompt, tokenizer.DecodeStream(skipSpecialTokens));
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
