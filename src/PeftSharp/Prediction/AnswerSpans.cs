using PeftSharp.Tokenization;

namespace PeftSharp.Prediction;

/// <summary>Selects answers from token scores, as the question answering pipeline of transformers 4 does (version 5 has none).</summary>
internal static class AnswerSpans
{
    /// <summary>Returns the answers of all windows of a context, best first.</summary>
    /// <param name="context">The text that is searched.</param>
    /// <param name="windows">Each window with its start and end logits.</param>
    /// <param name="sequence">Index of the context in the text pair, 0 or 1.</param>
    /// <param name="clsTokenId">The id of the first token, which represents "no answer".</param>
    /// <param name="topK">Maximum number of answers.</param>
    /// <param name="maxAnswerTokens">Maximum number of tokens of an answer.</param>
    /// <param name="canBeUnanswerable">Whether "no answer" is one of the answers.</param>
    internal static IReadOnlyList<QuestionAnswer> Best(
        string context, IReadOnlyList<(TextEncoding Encoding, (float[] Start, float[] End) Scores)> windows, int sequence, int? clsTokenId,
        int topK, int maxAnswerTokens, bool canBeUnanswerable)
    {
        var answers = new List<(string Text, int Start, int End, double Score)>();
        var noAnswer = double.PositiveInfinity;
        foreach (var (encoding, scores) in windows)
        {
            var (sequences, ids) = (encoding.SequenceIds, encoding.Ids);
            bool[] wanted = [.. sequences.Select((of, token) => of == sequence || ids[token] == clsTokenId)];
            var (starts, ends) = (Normalize(scores.Start, wanted), Normalize(scores.End, wanted));
            noAnswer = Math.Min(noAnswer, starts[0] * ends[0]);
            starts[0] = ends[0] = 0;
            var candidates = Candidates(starts, ends, maxAnswerTokens).OrderByDescending(candidate => candidate.Score);
            foreach (var (first, last, score) in candidates.Take(2 * topK + 10))       // several candidates may cover the same words
            {
                var (start, end) = Words(encoding, sequences, sequence, first, last);
                var text = context[start..end];
                var same = answers.FindIndex(answer => string.Equals(answer.Text, text, StringComparison.OrdinalIgnoreCase));
                if (same >= 0) answers[same] = answers[same] with { Score = answers[same].Score + score };
                else answers.Add((text, start, end, score));
            }
        }
        if (canBeUnanswerable) answers.Add(("", 0, 0, noAnswer));
        return [.. answers.OrderByDescending(answer => answer.Score).Take(topK)
            .Select(answer => new QuestionAnswer(answer.Text, answer.Start, answer.End, (float)answer.Score))];
    }

    /// <summary>Returns the softmax over the tokens that can be part of an answer; 0 for all other tokens.</summary>
    private static double[] Normalize(float[] scores, bool[] wanted)
    {
        var max = scores.Where((_, token) => wanted[token]).DefaultIfEmpty().Max();
        double[] result = [.. scores.Select((score, token) => wanted[token] ? Math.Exp((double)score - max) : 0)];
        var sum = result.Sum();
        for (var token = 0; token < result.Length && sum > 0; token++) result[token] /= sum;
        return result;
    }

    private static IEnumerable<(int First, int Last, double Score)> Candidates(double[] starts, double[] ends, int maxTokens)
    {
        for (var first = 0; first < starts.Length; first++)
        {
            for (var last = first; starts[first] > 0 && last < Math.Min(ends.Length, (long)first + maxTokens); last++)
                if (ends[last] > 0) yield return (first, last, starts[first] * ends[last]);
        }
    }

    /// <summary>Returns the range of characters of the words that contain the tokens.</summary>
    private static (int Start, int End) Words(TextEncoding encoding, IReadOnlyList<int?> sequences, int sequence, int first, int last)
    {
        var (words, offsets) = (encoding.WordIds, encoding.Offsets);
        while (first > 0 && IsSameWord(first - 1, first)) first--;
        while (last + 1 < words.Count && IsSameWord(last, last + 1)) last++;
        return (offsets[first].Start, offsets[last].End);

        bool IsSameWord(int left, int right) =>
            words[left] is { } word && words[right] == word && sequences[left] == sequence && sequences[right] == sequence;
    }
}
