namespace PeftSharp.Tokenization;

/// <summary>A progress report of a tokenizer that is trained.</summary>
/// <param name="Stage">The current stage: <c>Count words</c> or <c>Learn tokens</c>.</param>
/// <param name="Completed">The number of texts that were counted, or of tokens in the vocabulary.</param>
/// <param name="Total">The number at the end; null if it is not known.</param>
public readonly record struct TokenizerTrainProgress(string Stage, int Completed, int? Total);
