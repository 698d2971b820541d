namespace PeftSharp.Tokenization;

/// <summary>A token that a <see cref="TokenizerBackend"/> found in a text.</summary>
/// <param name="Id">The id, one of <see cref="TokenizerBackend.Vocabulary"/>.</param>
/// <param name="Start">First UTF-16 unit of the text that the token came from.</param>
/// <param name="End">One past the last UTF-16 unit; equal to <paramref name="Start"/> where no text belongs to the token.</param>
public readonly record struct BackendToken(int Id, int Start, int End);
