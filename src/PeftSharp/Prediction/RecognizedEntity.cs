namespace PeftSharp.Prediction;

/// <summary>A stretch of a text that an <see cref="EntityRecognizer"/> recognized.</summary>
/// <param name="Type">The label, without <c>B-</c> and <c>I-</c> unless tokens are not aggregated.</param>
/// <param name="Text">The stretch as it stands in the text: <c>text[Start..End]</c>.</param>
/// <param name="Start">Place of its first character, in UTF-16 units.</param>
/// <param name="End">One past its last character, in UTF-16 units.</param>
/// <param name="Score">Mean probability of the label over its tokens or words, 0 to 1.</param>
public sealed record RecognizedEntity(string Type, string Text, int Start, int End, float Score);
