using PeftSharp.Data;

namespace PeftSharp.Models;

/// <summary>Finds the answers of a dataset for question answering in the texts that contain them.</summary>
internal static class AnswerPositions
{
    /// <summary>Returns the UTF-16 range of each answer within its text; null if the question has no answer.</summary>
    /// <exception cref="DatasetException">
    /// The answers are neither strings nor structs in SQuAD's format, or a text does not contain its answer or contains it at another
    /// position than the given start.
    /// </exception>
    internal static (int Start, int End)?[] Of(Column answers, Column contexts)
    {
        var rows = Enumerable.Range(0, answers.Count);
        if (answers.Feature is Value { Dtype: "string" or "null" })
            return [.. rows.Select(row => answers.IsNull(row) || answers.GetString(row).Length == 0
                ? ((int, int)?)null
                : FirstOccurrence(answers.GetString(row), contexts, row))];
        if (answers.Feature is not Struct record)
            throw new DatasetException($"Column '{answers.Name}' has type {answers.Feature}. Answers must be strings that occur in their "
                + "text, or structs with the lists text and answer_start (SQuAD's format).");
        if (!record.Fields.ContainsKey("text") || !record.Fields.ContainsKey("answer_start"))
            throw new DatasetException($"The structs of column '{answers.Name}' have the fields {string.Join(", ", record.Fields.Keys)}. "
                + "SQuAD's format has the fields text and answer_start.");
        var (texts, starts) = (answers.Field("text"), answers.Field("answer_start"));
        return [.. rows.Select(row => texts.IsNull(row) || texts.GetLength(row) == 0
            ? ((int, int)?)null
            : OccurrenceAt(starts.GetItems(row).GetInt64(0), texts.GetItems(row).GetString(0), contexts, row))];
    }

    private static (int Start, int End) FirstOccurrence(string answer, Column contexts, int row)
    {
        var found = contexts.GetString(row).IndexOf(answer, StringComparison.Ordinal);
        return found >= 0 ? (found, found + answer.Length) : throw new DatasetException(
            $"Row {row}: the answer '{answer}' does not occur in the text of column '{contexts.Name}'. Answers must be copied from the "
            + "text exactly, including case and white space. For a question without an answer, use an empty string.");
    }

    /// <param name="start">The start of the answer, in code points (as in Python) or UTF-16 code units.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="contexts">The texts.</param>
    /// <param name="row">The row of the answer.</param>
    private static (int Start, int End) OccurrenceAt(long start, string answer, Column contexts, int row)
    {
        var context = contexts.GetString(row);
        foreach (var candidate in new[] { start, FromCodePoints(context, start) })
            if (candidate >= 0 && candidate <= context.Length
                && context.AsSpan((int)candidate).StartsWith(answer, StringComparison.Ordinal))
                return ((int)candidate, (int)candidate + answer.Length);
        throw new DatasetException($"Row {row}: the text of column '{contexts.Name}' does not contain the answer '{answer}' at "
            + $"the position {start} (answer_start). Set answer_start to the index of the first character of the answer, counted from 0.");
    }

    /// <summary>Converts an index of a code point to the index of its first UTF-16 code unit; -1 if the text is shorter.</summary>
    private static long FromCodePoints(string text, long codePoints)
    {
        var index = 0;
        for (; codePoints > 0 && index < text.Length; codePoints--)
            index += char.IsSurrogatePair(text, index) ? 2 : 1;
        return codePoints == 0 ? index : -1;
    }
}
