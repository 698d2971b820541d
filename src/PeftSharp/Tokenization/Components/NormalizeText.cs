namespace PeftSharp.Tokenization;

/// <summary>A custom normalizer: returns the edits to a text, in the order of the text and without overlap.</summary>
/// <param name="text">The text after the previous normalizers.</param>
/// <returns>The edits; empty to leave the text unchanged.</returns>
public delegate IEnumerable<TextEdit> NormalizeText(string text);
