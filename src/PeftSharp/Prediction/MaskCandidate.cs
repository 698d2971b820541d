namespace PeftSharp.Prediction;

/// <summary>A token that a <see cref="MaskFiller"/> puts in the place of the mask.</summary>
/// <param name="Token">The token as text.</param>
/// <param name="TokenId">Its id.</param>
/// <param name="Score">Its probability, 0 to 1.</param>
/// <param name="Text">The whole text with the token, as the tokenizer decodes it.</param>
public sealed record MaskCandidate(string Token, int TokenId, float Score, string Text);
