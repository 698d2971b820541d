namespace PeftSharp.Tokenization;

/// <summary>Parses classes of characters in brackets: ranges, escapes, nested classes and intersections (<c>&amp;&amp;</c>).</summary>
internal static class RegexClassParser
{
    /// <summary>Parses a class after its opening bracket.</summary>
    /// <param name="reader">The expression.</param>
    /// <param name="ignoresCase">Whether letters match without regard to case.</param>
    internal static CodePointSet Parse(RegexReader reader, bool ignoresCase)
    {
        var isNegated = reader.TryRead("^");
        var set = ParseItems(reader);
        if (ignoresCase)
        {
            if (!isNegated)
                RequireSingleFolds(reader, set);
            set = UnicodeProperties.WithoutCase(set);
        }
        return isNegated ? set.Complement() : set;
    }

    private static CodePointSet ParseItems(RegexReader reader)
    {
        var intersection = CodePointSet.All;
        var set = CodePointSet.Empty;
        reader.Enter();
        for (var isFirst = true; isFirst || !reader.TryRead("]"); isFirst = false)
        {
            if (reader.TryRead("&&"))
                (intersection, set) = (intersection.Intersect(set), CodePointSet.Empty);
            else
                set = set.Union(ParseItem(reader));
        }
        reader.Leave();
        return intersection.Intersect(set);
    }

    private static CodePointSet ParseItem(RegexReader reader)
    {
        if (reader.StartsWith("[:") && TryParsePosix(reader) is { } posix)
            return posix;
        if (reader.TryRead("["))
            return reader.TryRead("^") ? ParseItems(reader).Complement() : ParseItems(reader);
        if (ParseCodePoint(reader, out var set) is not { } first)
            return set;
        var mark = reader.Mark();
        if (!reader.TryRead("-"))
            return CodePointSet.Of(first);
        if (reader.Peek == ']' || reader.StartsWith("&&"))
        {
            reader.Return(mark);
            return CodePointSet.Of(first);
        }
        if (reader.Peek == '[' || ParseCodePoint(reader, out _) is not { } last)
            throw reader.Malformed("a range of characters ends with a class");
        return last >= first ? CodePointSet.OfRange(first, last) : throw reader.Malformed("a range of characters is empty");
    }

    // Returns null for an escape sequence that is a set.
    private static int? ParseCodePoint(RegexReader reader, out CodePointSet set)
    {
        set = CodePointSet.Empty;
        if (!reader.TryRead("\\"))
            return reader.Read();
        if (reader.TryRead("b"))
            return '\b';
        if (reader.TryRead("R") || reader.TryRead("X"))
            throw reader.Malformed("'\\R' and '\\X' cannot be in a class");
        if (reader.ReadEscapedSet(isInClass: true) is not { } escaped)
            return reader.ReadEscapedCodePoint();
        set = escaped;
        return null;
    }

    private static CodePointSet? TryParsePosix(RegexReader reader)
    {
        var mark = reader.Mark();
        reader.TryRead("[:");
        var isNegated = reader.TryRead("^");
        var start = reader.Mark();
        while (char.IsAsciiLetter(reader.Peek))
            reader.Read();
        var length = reader.Mark() - start;
        reader.Return(start);
        var name = string.Concat(Enumerable.Range(0, length).Select(_ => (char)reader.Read()));
        if (reader.TryRead(":]"))
        {
            var set = UnicodeProperties.FindPosix(name) ?? throw reader.Unsupported($"the class '[:{name}:]'");
            return isNegated ? set.Complement() : set;
        }
        reader.Return(mark);
        return null;
    }

    // In Oniguruma, a case-insensitive class with ß also matches ss, which a set of code points cannot express.
    private static void RequireSingleFolds(RegexReader reader, CodePointSet set)
    {
        foreach (var (c, folded) in UnicodeProperties.LongCaseFolds)
            if (set.Contains(c) && !set.Contains(CodePoints.At(folded, 0, out _)))
                throw reader.Unsupported($"a case-insensitive class with '{char.ConvertFromUtf32(c)}'");
    }
}
