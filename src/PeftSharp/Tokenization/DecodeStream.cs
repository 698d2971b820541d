namespace PeftSharp.Tokenization;

/// <summary>
/// Decodes tokens one by one while they are generated, and returns text only when its characters are complete. Created by
/// <see cref="Tokenizer.CreateDecodeStream"/>.
/// </summary>
/// <remarks>
/// <para>Concatenated, the returned pieces and the result of <see cref="Flush"/> are the text that <see cref="Tokenizer.Decode"/> returns
/// for all tokens, without the cleanup of spaces.</para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "The name of the class in Hugging Face's tokenizers.")]
public sealed class DecodeStream
{
    private const char Incomplete = '\uFFFD';
    private readonly TokenizerPipeline _pipeline;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];       // the last returned tokens, as context, and the tokens that are not returned yet
    private int _shownIds;
    private string _shown = "";

    internal DecodeStream(TokenizerPipeline pipeline, bool skipSpecialTokens) =>
        (_pipeline, _skipSpecialTokens) = (pipeline, skipSpecialTokens);

    /// <summary>Adds the next token.</summary>
    /// <param name="id">The id of the token. An id that is not in the vocabulary is ignored.</param>
    /// <returns>The text that this token completes; empty while a character is incomplete, and for a token that is skipped.</returns>
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

    /// <summary>Adds several tokens.</summary>
    /// <param name="ids">The ids of the tokens.</param>
    /// <returns>The text that these tokens complete; empty if they complete no character.</returns>
    public string Step(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return string.Concat(ids.Select(Step));
    }

    /// <summary>Ends the text and returns the rest of it, with U+FFFD for an incomplete character.</summary>
    public string Flush()
    {
        var rest = _pipeline.Decode(_ids, skipSpecialTokens: false)[_shown.Length..];
        _ids.Clear();
        (_shown, _shownIds) = ("", 0);
        return rest;
    }

    // Only the tokens returned last are kept as context, so that the time per token does not grow with the text.
    private string Show(string text)
    {
        var piece = text[_shown.Length..];
        _ids.RemoveRange(0, _shownIds);
        _shown = _pipeline.Decode(_ids, skipSpecialTokens: false);
        _shownIds = _ids.Count;
        return piece;
    }
}
