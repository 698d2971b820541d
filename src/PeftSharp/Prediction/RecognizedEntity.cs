namespace PeftSharp.Prediction;

/// <summary>An entity that an <see cref="EntityRecognizer"/> recognized in a text.</summary>
/// <param name="Type">The label. If tokens are combined into entities, it has no prefix <c>B-</c> or <c>I-</c>.</param>
/// <param name="Text">The entity as it occurs in the text: <c>text[Start..End]</c>.</param>
/// <param name="Start">Index of its first character, in UTF-16 code units.</param>
/// <param name="End">Index after its last character, in UTF-16 code units.</param>
/// <param name="Score">Mean probability of the label over its tokens or words, from 0 to 1.</param>
public sealed record RecognizedEntity(string Type, string Text, int Start, int End, float Score);
