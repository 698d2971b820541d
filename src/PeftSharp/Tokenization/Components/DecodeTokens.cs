namespace PeftSharp.Tokenization;

/// <summary>
/// A custom decoder: converts tokens to pieces of text, which are passed to the next decoder or, after the last one, concatenated.
/// </summary>
/// <param name="tokens">The tokens, or the pieces that the previous decoder returned.</param>
/// <returns>The pieces. Their number may differ from the number of tokens.</returns>
public delegate IReadOnlyList<string> DecodeTokens(IReadOnlyList<string> tokens);
