namespace PeftSharp.Tokenization;

/// <summary>Which tokens of a word get the label of the word.</summary>
public enum LabelAlignment
{
    /// <summary>
    /// The first token; the others are ignored. Each word has the same weight, regardless of its number of tokens, and metrics count words.
    /// </summary>
    FirstToken,

    /// <summary>
    /// All tokens. <c>AlignLabels</c> does not know the names of the tags and repeats those that begin an entity (<c>B-</c>);
    /// <c>TokenizeWords</c> changes them to <c>I-</c> after the first token.
    /// </summary>
    AllTokens,
}
