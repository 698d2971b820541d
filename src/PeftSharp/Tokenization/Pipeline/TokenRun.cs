namespace PeftSharp.Tokenization;

/// <summary>The tokens of a text or a list of words, before truncation, special tokens and padding.</summary>
/// <param name="Text">The text; empty for a list of words.</param>
/// <param name="Ids">The token ids.</param>
/// <param name="Starts">The start of each token in the text, or in its given word, in UTF-16 code units.</param>
/// <param name="Ends">The end of each token.</param>
/// <param name="Words">The index of the word of each token.</param>
/// <param name="GivenWords">The list of words; null for a text.</param>
internal sealed record TokenRun(string Text, int[] Ids, int[] Starts, int[] Ends, int[] Words, IReadOnlyList<string>? GivenWords = null)
{
    /// <summary>The text to which the offsets of a token refer.</summary>
    internal string TextOf(int token) => GivenWords?[Words[token]] ?? Text;
}
