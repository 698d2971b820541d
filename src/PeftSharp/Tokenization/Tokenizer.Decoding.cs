namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>The text of tokens. Ids that no token has are passed over, as in Python.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out. Default false.</param>
    /// <param name="cleanUpTokenizationSpaces">Takes blanks before punctuation and English contractions out; default as the tokenizer's files say, else false. Byte-pair models, whose
    /// blanks are part of the text, ignore it, as in Python.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false, bool? cleanUpTokenizationSpaces = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = _pipeline.Decode(ids, skipSpecialTokens);
        var cleansUp = (cleanUpTokenizationSpaces ?? _config.CleanUpTokenizationSpaces) && _pipeline.Model is not BytePairEncoding;
        return cleansUp ? TextCleanup.Apply(text) : text;
    }

    /// <summary>The texts of many rows of tokens; see <see cref="Decode"/>.</summary>
    public IReadOnlyList<string> BatchDecode(IEnumerable<IEnumerable<int>> sequences, bool skipSpecialTokens = false, bool? cleanUpTokenizationSpaces = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return [.. sequences.Select(ids => Decode(ids, skipSpecialTokens, cleanUpTokenizationSpaces))];
    }

    /// <summary>A decoder that is fed token by token, for text that appears while it is generated.</summary>
    public DecodeStream DecodeStream(bool skipSpecialTokens = false) => new(_pipeline, skipSpecialTokens);
}
