namespace PeftSharp.Tokenization;

/// <summary>The progress of the training of a tokenizer.</summary>
/// <param name="Stage">The current stage: <c>Count words</c> or <c>Learn tokens</c>.</param>
/// <param name="Completed">The number of texts that were counted, or of tokens in the vocabulary.</param>
/// <param name="Total">The expected final value of <paramref name="Completed"/>; null if it is not known.</param>
public readonly record struct TokenizerTrainProgress(string Stage, int Completed, int? Total);
