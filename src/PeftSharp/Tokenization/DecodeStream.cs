namespace PeftSharp.Tokenization;

/// <summary>Turns tokens into pieces of text as they come, never showing half a character; from <see cref="Tokenizer.DecodeStream"/>.</summary>
/// <remarks>
/// <para>The pieces and the rest from <see cref="Flush"/> together are what <see cref="Tokenizer.Decode"/> gives for all tokens at once, without a cleaning up of blanks.</para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "The name of the class in Hugging Face's tokenizers.")]
public sealed class DecodeStream
{
    private const char Incomplete = '\uFFFD';
    private readonly TokenizerPipeline _pipeline;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];       // the last tokens shown, which the next need as context, and those not shown yet
    private int _shownIds;
    private string _shown = "";

    internal DecodeStream(TokenizerPipeline pipeline, bool skipSpecialTokens) => (_pipeline, _skipSpecialTokens) = (pipeline, skipSpecialTokens);

    /// <summary>Takes the next token.</summary>
    /// <returns>The text that became certain; empty while a character is incomplete.</returns>
    public string Step(int id)
    {
        if (_skipSpecialTokens && _pipeline.Added.IsSpecial(id) || _pipeline.Added.TokenOf(id) is null)
            return "";
        _ids.Add(id);
        var text = _pipeline.Decode(_ids, skipSpecialTokens: false);
        if (text.EndsWith(Incomplete))
            return "";
        return Show(text);
    }

    /// <summary>Takes several tokens.</summary>
    public string Step(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return string.Concat(ids.Select(Step));
    }

    /// <summary>Ends the text: what was held back, U+FFFD where a character never became whole.</summary>
    public string Flush()
    {
        var rest = _pipeline.Decode(_ids, skipSpecialTokens: false)[_shown.Length..];
        _ids.Clear();
        (_shown, _shownIds) = ("", 0);
        return rest;
    }

    // Only what was shown last is kept as context, so that long texts are not decoded again and again.
    private string Show(string text)
    {
        var piece = text[_shown.Length..];
        _ids.RemoveRange(0, _shownIds);
        _shown = _pipeline.Decode(_ids, skipSpecialTokens: false);
        _shownIds = _ids.Count;
        return piece;
    }
}
