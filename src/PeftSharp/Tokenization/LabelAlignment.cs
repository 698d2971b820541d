namespace PeftSharp.Tokenization;

/// <summary>Which tokens of a word get the label of the word.</summary>
public enum LabelAlignment
{
    /// <summary>
    /// The first token of a word gets the label; the other tokens of the word are ignored. Each word has the same weight in the loss and in
    /// metrics, regardless of its number of tokens. If overflowing tokens are requested, this applies to each row separately.
    /// </summary>
    FirstToken,

    /// <summary>
    /// All tokens of a word get the label. <c>AlignLabels</c> does not know the names of the tags, so it repeats tags that begin an entity
    /// (<c>B-</c>). <c>TokenizeWords</c> changes these tags to <c>I-</c> after the first token.
    /// </summary>
    AllTokens,
}
