namespace PeftSharp.Tokenization;

/// <summary>A pre-tokenizer of your own: the words of a text, from left to right and without overlap. Characters outside the words are left out; empty words are ignored.</summary>
/// <param name="text">One word of the pre-tokenizers before; the whole normalized text where there are none.</param>
/// <returns>The words as ranges of <paramref name="text"/>.</returns>
public delegate IEnumerable<Range> SplitText(string text);
