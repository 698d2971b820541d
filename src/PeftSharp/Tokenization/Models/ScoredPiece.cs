namespace PeftSharp.Tokenization;

/// <summary>A piece of a SentencePiece vocabulary.</summary>
/// <param name="Text">The text of the piece.</param>
/// <param name="Score">The logarithm of the probability of the piece (Unigram), or its negative rank (BPE).</param>
internal readonly record struct ScoredPiece(string Text, double Score);
