namespace PeftSharp.Tokenization;

/// <summary>
/// A custom pre-tokenizer: returns the words of a text, in the order of the text and without overlap. Characters outside all words are
/// dropped; empty words are ignored.
/// </summary>
/// <param name="text">A word from the previous pre-tokenizer, or the whole normalized text if there is none.</param>
/// <returns>The words as ranges of <paramref name="text"/>.</returns>
public delegate IEnumerable<Range> SplitText(string text);
