namespace PeftSharp.Prediction;

/// <summary>An answer that a <see cref="QuestionAnswerer"/> found in a text.</summary>
/// <param name="Text">The answer as it occurs in the text: <c>context[Start..End]</c>; empty for "no answer".</param>
/// <param name="Start">Index of its first character in the text, in UTF-16 code units.</param>
/// <param name="End">Index after its last character, in UTF-16 code units.</param>
/// <param name="Score">
/// The probability, from 0 to 1: the product of those of start and end. Scores of spans with the same answer are added.
/// </param>
public sealed record QuestionAnswer(string Text, int Start, int End, float Score)
{
    /// <summary>Whether the text does not contain an answer.</summary>
    public bool IsNoAnswer => Text.Length == 0;
}
