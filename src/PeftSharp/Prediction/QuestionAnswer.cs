namespace PeftSharp.Prediction;

/// <summary>An answer that a <see cref="QuestionAnswerer"/> found in a text.</summary>
/// <param name="Text">The answer as it stands in the text: <c>context[Start..End]</c>; empty for "no answer".</param>
/// <param name="Start">Place of its first character in the text, in UTF-16 units.</param>
/// <param name="End">One past its last character, in UTF-16 units.</param>
/// <param name="Score">Its probability, 0 to 1: that of the start times that of the end. Places with the same answer are added up.</param>
public sealed record QuestionAnswer(string Text, int Start, int End, float Score)
{
    /// <summary>Whether the text does not answer the question.</summary>
    public bool IsNoAnswer => Text.Length == 0;
}
