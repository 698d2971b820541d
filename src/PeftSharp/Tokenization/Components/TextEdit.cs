namespace PeftSharp.Tokenization;

/// <summary>A change that a normalizer makes: a part of the text and what takes its place. An empty part is an insertion, an empty replacement a removal.</summary>
/// <param name="Start">First character of the part, in UTF-16 units.</param>
/// <param name="Length">Length of the part, in UTF-16 units; 0 inserts.</param>
/// <param name="Replacement">The new text. Tokens made of it report the place of the last character replaced; inserted text reports that of the character before it.</param>
public readonly record struct TextEdit(int Start, int Length, string Replacement);
