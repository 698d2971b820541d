namespace PeftSharp.Tokenization;

/// <summary>A place in a template: a text, or special tokens.</summary>
/// <param name="Text">0 or 1: the first or the second text; null: special tokens.</param>
/// <param name="Name">The key of the special tokens.</param>
/// <param name="TypeId">Segment of the tokens there.</param>
internal readonly record struct TemplatePiece(int? Text, string? Name, int TypeId);
