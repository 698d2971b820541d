namespace PeftSharp.Tokenization;

/// <summary>A token that a <see cref="TokenizerBackend"/> returns for a text.</summary>
/// <param name="Id">The id of the token in <see cref="TokenizerBackend.Vocabulary"/>.</param>
/// <param name="Start">Index of the first UTF-16 code unit of the text that the token covers.</param>
/// <param name="End">Index after the last UTF-16 code unit; equal to <paramref name="Start"/> if the token covers no text.</param>
public readonly record struct BackendToken(int Id, int Start, int End);
