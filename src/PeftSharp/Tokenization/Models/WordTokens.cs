namespace PeftSharp.Tokenization;

/// <summary>The tokens of one word: what a model answers and the cache keeps.</summary>
/// <param name="Word">The word, as the model sees it.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Starts">Where each begins in the word, in UTF-16 units.</param>
/// <param name="Ends">Where each ends.</param>
internal sealed record WordTokens(string Word, int[] Ids, int[] Starts, int[] Ends);
