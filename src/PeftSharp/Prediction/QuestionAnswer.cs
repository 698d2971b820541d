namespace PeftSharp.Prediction;

/// <summary>An answer that a <see cref="QuestionAnswerer"/> found in a text.</summary>
/// <param name="Text">The answer as it occurs in the text: <c>context[Start..End]</c>; empty for "no answer".</param>
/// <param name="Start">The index of the first character of the answer in the text, in UTF-16 code units.</param>
/// <param name="End">The index after the last character of the answer, in UTF-16 code units.</param>
/// <param name="Score">
/// The product of the probabilities of the first and the last token. The scores of spans with the same text are added, so the score of an
/// answer that occurs in several windows can exceed 1; otherwise the score is from 0 to 1. For "no answer", the product is computed for the
/// first token (<c>[CLS]</c>) of each window, and the smallest product is the score.
/// </param>
public sealed record QuestionAnswer(string Text, int Start, int End, float Score)
{
    /// <summary>Whether the result is "no answer": the text does not contain an answer.</summary>
    public bool IsNoAnswer => Text.Length == 0;
}
