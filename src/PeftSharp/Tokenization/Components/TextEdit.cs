namespace PeftSharp.Tokenization;

/// <summary>
/// An edit made by a normalizer: a part of the text and its replacement. A part of length 0 is an insertion; an empty replacement is a
/// deletion.
/// </summary>
/// <param name="Start">Index of the first UTF-16 code unit to replace.</param>
/// <param name="Length">Number of UTF-16 code units to replace; 0 to insert.</param>
/// <param name="Replacement">
/// The new text. The offsets of tokens in the new text refer to the last replaced character; for an insertion, the offsets refer to the
/// character before the insertion (at the start of the text: to an empty range).
/// </param>
public readonly record struct TextEdit(int Start, int Length, string Replacement);
