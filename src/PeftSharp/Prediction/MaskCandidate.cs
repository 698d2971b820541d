namespace PeftSharp.Prediction;

/// <summary>A token that a <see cref="MaskFiller"/> predicts for a mask.</summary>
/// <param name="Token">The token as text.</param>
/// <param name="TokenId">The token id.</param>
/// <param name="Score">The probability, from 0 to 1.</param>
/// <param name="Text">The whole text with the token in place of the mask, as the tokenizer decodes it.</param>
public sealed record MaskCandidate(string Token, int TokenId, float Score, string Text);
