namespace PeftSharp.Tokenization;

/// <summary>Which tokens of a word get the label of the word.</summary>
public enum LabelAlignment
{
    /// <summary>
    /// The first token of a word gets the label; the other tokens of the word are ignored. Each word has the same weight in the loss and in
    /// metrics, regardless of its number of tokens. If a text is split into several rows (overflowing tokens), the first token of a word in
    /// each row gets the label.
    /// </summary>
    FirstToken,

    /// <summary>
    /// All tokens of a word get the label. <c>AlignLabels</c> does not know the names of the tags, so it repeats tags that begin an entity
    /// (<c>B-</c>). After the first token, <c>TokenizeWords</c> changes a tag <c>B-X</c> to <c>I-X</c> if the dataset has this tag.
    /// </summary>
    AllTokens,
}
