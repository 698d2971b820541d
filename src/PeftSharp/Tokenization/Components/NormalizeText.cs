namespace PeftSharp.Tokenization;

/// <summary>A normalizer of your own: the changes to a text, from left to right and without overlap.</summary>
/// <param name="text">The text as the normalizers before have left it.</param>
/// <returns>The changes; none leaves the text as it is.</returns>
public delegate IEnumerable<TextEdit> NormalizeText(string text);
