namespace PeftSharp.Tokenization;

/// <summary>Splits at the matches of a pattern or, if inverted, at the text between them.</summary>
/// <param name="behavior">What happens with the matches.</param>
/// <param name="invert">Whether the roles of the matches and of the text between them are exchanged.</param>
internal abstract class DelimitingPreTokenizer(SplitBehavior behavior, bool invert = false) : SplittingPreTokenizer
{
    protected SplitBehavior Behavior => behavior;

    protected bool IsInverted => invert;

    /// <summary>Returns the matches in the order of the text. At an empty match, the text is split.</summary>
    protected abstract List<(int Start, int End)> Matches(ReadOnlySpan<char> text);

    /// <summary>Returns the code points with a property, each as a match.</summary>
    protected static List<(int Start, int End)> CodePointsWhere(ReadOnlySpan<char> text, Func<int, bool> isMatch)
    {
        var matches = new List<(int, int)>();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var c = CodePoints.At(text, i, out var units);
            i += units;
            if (isMatch(c))
                matches.Add((start, i));
        }
        return matches;
    }

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var parts = Parts(text);
        switch (behavior)
        {
            case SplitBehavior.Removed:
                parts.RemoveAll(part => part.IsMatch);
                break;
            case SplitBehavior.Contiguous:
                Join(parts, (previous, part) => previous.IsMatch == part.IsMatch);
                break;
            case SplitBehavior.MergedWithPrevious:
                Join(parts, (previous, part) => part.IsMatch && !previous.IsMatch);
                break;
            case SplitBehavior.MergedWithNext:
                parts.Reverse();
                Join(parts, (previous, part) => part.IsMatch && !previous.IsMatch);
                parts.Reverse();
                break;
        }
        foreach (var (start, end, _) in parts)
            PreTokenizedText.AddWord(words, offset + start, offset + end);
    }

    private List<(int Start, int End, bool IsMatch)> Parts(ReadOnlySpan<char> text)
    {
        var parts = new List<(int, int, bool)>();
        var end = 0;
        foreach (var match in Matches(text))
        {
            if (end < match.Start)
                parts.Add((end, match.Start, invert));
            parts.Add((match.Start, match.End, !invert));
            end = match.End;
        }
        if (end < text.Length)
            parts.Add((end, text.Length, invert));
        return parts;
    }

    // Joins consecutive parts that belong together. Each part is compared with the part before it, which may be the result of a join.
    private static void Join(
        List<(int Start, int End, bool IsMatch)> parts, Func<(int, int, bool IsMatch), (int, int, bool IsMatch), bool> belong)
    {
        var kept = 0;
        for (var i = 1; i < parts.Count; i++)
        {
            if (belong(parts[kept], parts[i]))
                parts[kept] = (Math.Min(parts[kept].Start, parts[i].Start), Math.Max(parts[kept].End, parts[i].End), parts[i].IsMatch);
            else
                parts[++kept] = parts[i];
        }
        if (parts.Count > 0)
            parts.RemoveRange(kept + 1, parts.Count - kept - 1);
    }
}
