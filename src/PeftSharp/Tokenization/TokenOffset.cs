namespace PeftSharp.Tokenization;

/// <summary>The range of the text that a token came from; 0, 0 for special tokens and padding.</summary>
/// <param name="Start">First place.</param>
/// <param name="End">One past the last place.</param>
public readonly record struct TokenOffset(int Start, int End);
