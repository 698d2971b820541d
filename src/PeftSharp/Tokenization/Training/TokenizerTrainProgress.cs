namespace PeftSharp.Tokenization;

/// <summary>The progress of the training of a tokenizer.</summary>
/// <param name="Stage">The current stage: <c>Count words</c> or <c>Learn tokens</c>.</param>
/// <param name="Completed">
/// The number of texts whose words were counted, or of tokens in the vocabulary. For <see cref="UnigramTrainer"/>, the number of remaining
/// pieces, which decreases to the size of the vocabulary without special tokens.
/// </param>
/// <param name="Total">The expected final value of <paramref name="Completed"/>; null if it is not known.</param>
public readonly record struct TokenizerTrainProgress(string Stage, int Completed, int? Total);
