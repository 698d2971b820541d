namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Decodes tokens to text. Ids that are not in the vocabulary are ignored, as in Python.</summary>
    /// <param name="ids">The token ids.</param>
    /// <param name="skipSpecialTokens">Whether to omit special tokens. Default false.</param>
    /// <param name="cleanUpTokenizationSpaces">
    /// Whether to remove spaces before punctuation and English contractions. Default: as in the tokenizer's files, otherwise false.
    /// Byte-pair models ignore this argument, as in Python, because their tokens contain the spaces of the text.
    /// </param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false, bool? cleanUpTokenizationSpaces = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = _pipeline.Decode(ids, skipSpecialTokens);
        var cleansUp = (cleanUpTokenizationSpaces ?? _config.CleanUpTokenizationSpaces) && _pipeline.Model is not BytePairEncoding;
        return cleansUp ? TextCleanup.Apply(text) : text;
    }

    /// <summary>Decodes several rows of tokens to texts. Ids that are not in the vocabulary are ignored, as in Python.</summary>
    /// <param name="sequences">The token ids of each row.</param>
    /// <param name="skipSpecialTokens">Whether to omit special tokens. Default false.</param>
    /// <param name="cleanUpTokenizationSpaces">
    /// Whether to remove spaces before punctuation and English contractions. Default: as in the tokenizer's files, otherwise false.
    /// Byte-pair models ignore this argument.
    /// </param>
    public IReadOnlyList<string> BatchDecode(
        IEnumerable<IEnumerable<int>> sequences, bool skipSpecialTokens = false, bool? cleanUpTokenizationSpaces = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return [.. sequences.Select(ids => Decode(ids, skipSpecialTokens, cleanUpTokenizationSpaces))];
    }

    /// <summary>Creates a decoder that decodes tokens one by one, for text that is displayed while it is generated.</summary>
    /// <param name="skipSpecialTokens">Whether to omit special tokens. Default false.</param>
    public DecodeStream CreateDecodeStream(bool skipSpecialTokens = false) => new(_pipeline, skipSpecialTokens);
}
