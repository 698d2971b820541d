namespace PeftSharp.Tokenization;

/// <summary>The tokens of a word, as the model returns and the cache stores them.</summary>
/// <param name="Word">The word.</param>
/// <param name="Ids">The token ids.</param>
/// <param name="Starts">The start of each token in the word, in UTF-16 code units.</param>
/// <param name="Ends">The end of each token.</param>
internal sealed record WordTokens(string Word, int[] Ids, int[] Starts, int[] Ends);
