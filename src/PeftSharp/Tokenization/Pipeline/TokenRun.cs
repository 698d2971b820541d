namespace PeftSharp.Tokenization;

/// <summary>The tokens of one text, or of a list of words, before truncation, special tokens and padding.</summary>
/// <param name="Text">The text; of words, an empty string.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Starts">Where each begins in the text, or in its word, in UTF-16 units.</param>
/// <param name="Ends">Where each ends.</param>
/// <param name="Words">The number of the word each is part of.</param>
/// <param name="GivenWords">The words that were given one by one; null where a text was given.</param>
internal sealed record TokenRun(string Text, int[] Ids, int[] Starts, int[] Ends, int[] Words, IReadOnlyList<string>? GivenWords = null)
{
    /// <summary>The text in which the range of a token lies.</summary>
    internal string TextOf(int token) => GivenWords?[Words[token]] ?? Text;
}
