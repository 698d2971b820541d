namespace PeftSharp.Tokenization;

/// <summary>
/// The range of the text that a token covers; 0, 0 for special tokens and padding. Indices count UTF-16 code units, except in
/// <see cref="TextEncoding.CodePointOffsets"/>, where they count code points.
/// </summary>
/// <param name="Start">Index of the first character of the token.</param>
/// <param name="End">Index after the last character of the token.</param>
public readonly record struct TokenOffset(int Start, int End);
