using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The methods of strings that split, join and replace.</summary>
internal static class JinjaSplitting
{
    internal static object Split(JinjaRun run, string text, JinjaArguments arguments, bool fromRight)
    {
        var given = arguments.Bind(fromRight ? "rsplit" : "split", "sep?", "maxsplit?");
        var limit = given[1] == JinjaFrame.Missing ? -1 : JinjaNumbers.ToInt(given[1]);
        run.Charge(text.Length);
        if (limit < 0)
            limit = int.MaxValue;
        if (given[0] is null || given[0] == JinjaFrame.Missing)
            return fromRight ? SplitWordsFromRight(text, limit) : SplitWords(text, limit);
        var separator = JinjaTypes.Text(given[0]);
        if (separator.Length == 0)
            throw new JinjaFault("The separator of split is empty.");
        return fromRight ? SplitFromRight(text, separator, limit) : SplitFromLeft(text, separator, limit);
    }

    internal static object SplitLines(JinjaRun run, string text, JinjaArguments arguments)
    {
        var keepEnds = arguments.Bind("splitlines", "keepends?")[0] is var keep && keep != JinjaFrame.Missing && JinjaTypes.Truth(keep);
        run.Charge(text.Length);
        return JinjaText.Lines(text, keepEnds).ToList<object?>();
    }

    internal static object Partition(string text, JinjaArguments arguments, bool fromRight)
    {
        var separator = JinjaTypes.Text(arguments.Bind(fromRight ? "rpartition" : "partition", "sep")[0]);
        if (separator.Length == 0)
            throw new JinjaFault("The separator of partition is empty.");
        var at = fromRight
            ? text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.IndexOf(separator, StringComparison.Ordinal);
        return new JinjaTuple(at < 0
            ? fromRight ? ["", "", text] : [text, "", ""]
            : [text[..at], separator, text[(at + separator.Length)..]]);
    }

    internal static object Join(JinjaRun run, string separator, JinjaArguments arguments) =>
        Join(run, separator, JinjaTypes.Iterate(arguments.Bind("join", "iterable")[0]).Select(JinjaTypes.Text));

    internal static string Join(JinjaRun run, string separator, IEnumerable<string> texts)
    {
        var joined = new StringBuilder();
        var first = true;
        foreach (var text in texts)
        {
            if (!first)
                joined.Append(separator);
            first = false;
            joined.Append(text);
            run.Allocate(separator.Length + text.Length);
            run.RequireSize(joined.Length);
        }
        return joined.ToString();
    }

    /// <param name="run">The rendering.</param>
    /// <param name="text">The text.</param>
    /// <param name="old">The text to replace. If it is empty, the new text is inserted around each character.</param>
    /// <param name="replacement">The new text.</param>
    /// <param name="count">The maximum number of replacements; negative: all.</param>
    internal static string Replace(JinjaRun run, string text, string old, string replacement, int count)
    {
        var limit = count < 0 ? int.MaxValue : count;
        var found = old.Length == 0 ? text.Length + 1L : text.AsSpan().Count(old);
        run.Allocate(text.Length + Math.Min(found, limit) * replacement.Length);
        if (old.Length > 0 && limit >= found)
            return text.Replace(old, replacement, StringComparison.Ordinal);
        var result = new StringBuilder();
        if (old.Length > 0)
            return string.Join(replacement, SplitFromLeft(text, old, limit));
        foreach (var character in JinjaText.Characters(text))
        {
            if (limit-- > 0)
                result.Append(replacement);
            result.Append(character);
        }
        return limit > 0 ? result.Append(replacement).ToString() : result.ToString();
    }

    private static List<object?> SplitFromLeft(string text, string separator, int limit)
    {
        var parts = new List<object?>();
        var start = 0;
        for (int end; limit > 0 && (end = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; limit--)
        {
            parts.Add(text[start..end]);
            start = end + separator.Length;
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static List<object?> SplitFromRight(string text, string separator, int limit)
    {
        var parts = new List<object?>();
        var end = text.Length;
        for (int start; limit > 0 && (start = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; limit--)
        {
            parts.Add(text[(start + separator.Length)..end]);
            end = start;
        }
        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static List<object?> SplitWords(string text, int limit)
    {
        var words = new List<object?>();
        for (var at = JinjaText.SkipSpace(text, 0); at < text.Length; at = JinjaText.SkipSpace(text, at))
        {
            if (limit-- == 0)
            {
                words.Add(text[at..]);
                break;
            }
            var start = at;
            while (at < text.Length && !JinjaText.IsSpace(text[at]))
                at++;
            words.Add(text[start..at]);
        }
        return words;
    }

    private static List<object?> SplitWordsFromRight(string text, int limit)
    {
        var words = new List<object?>();
        for (var rest = JinjaText.TrimEnd(text); rest.Length > 0; rest = JinjaText.TrimEnd(rest))
        {
            if (limit-- == 0)
            {
                words.Add(rest);
                break;
            }
            var start = rest.Length;
            while (start > 0 && !JinjaText.IsSpace(rest[start - 1]))
                start--;
            words.Add(rest[start..]);
            rest = rest[..start];
        }
        words.Reverse();
        return words;
    }
}
