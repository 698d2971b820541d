namespace PeftSharp.Tokenization;

/// <summary>A piece of a SentencePiece vocabulary.</summary>
/// <param name="Text">The text of the piece.</param>
/// <param name="Score">The logarithm of its probability (Unigram), or the negative of its rank (BPE).</param>
internal readonly record struct ScoredPiece(string Text, double Score);
