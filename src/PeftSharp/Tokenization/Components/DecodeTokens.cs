namespace PeftSharp.Tokenization;

/// <summary>A decoder of your own: from tokens to pieces of text, which the next decoder takes or which are concatenated.</summary>
/// <param name="tokens">The tokens, or the pieces of the decoder before.</param>
/// <returns>The pieces, of which there may be more or fewer than tokens.</returns>
public delegate IReadOnlyList<string> DecodeTokens(IReadOnlyList<string> tokens);
