namespace PeftSharp.Tokenization;

/// <summary>The tokens of one text before truncation, special tokens and padding.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Starts">Where each begins in the text, in UTF-16 units.</param>
/// <param name="Ends">Where each ends.</param>
/// <param name="Words">The number of the word each is part of.</param>
internal sealed record TokenRun(string Text, int[] Ids, int[] Starts, int[] Ends, int[] Words);
