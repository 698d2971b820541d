namespace PeftSharp.Tokenization;

/// <summary>
/// The four normalization forms (UAX #15). Each code point of a result has the argument <c>change</c> of <see cref="AlignedText.Emit"/>.
/// </summary>
internal static class UnicodeNormalization
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;

    /// <summary>
    /// Decomposes a text and sorts marks by combining class. All parts of a code point except the first are treated as insertions.
    /// </summary>
    internal static List<(int CodePoint, int Change)> Decompose(ReadOnlySpan<char> text, bool compatibility)
    {
        var result = new List<(int, int)>(text.Length + 8);
        var sortedUpTo = 0;
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text, i, out var units);
            i += units;
            if (c is >= SBase and < SBase + SCount)
                AddHangul(result, c - SBase);
            else if (c >= 0xA0 && UnicodeTables.TryDecompose(c, compatibility, out var parts))
                for (var part = 0; part < parts.Length; part++)
                    result.Add((parts[part], part == 0 ? 0 : 1));
            else
                result.Add((c, 0));
        }
        for (var i = 1; i <= result.Count; i++)
        {
            if (i < result.Count && UnicodeTables.CombiningClass(result[i].Item1) != 0)
                continue;
            SortMarks(result, sortedUpTo, i);
            sortedUpTo = i;
        }
        return result;
    }

    /// <summary>Composes a decomposed text.</summary>
    internal static List<(int CodePoint, int Change)> Compose(List<(int CodePoint, int Change)> parts)
    {
        var result = new List<(int CodePoint, int Change)>(parts.Count);
        var starter = -1;                                     // index of the character to which marks attach
        var lastClass = -1;                                   // combining class of the last mark after the starter; -1: none
        foreach (var (c, change) in parts)
        {
            var combining = UnicodeTables.CombiningClass(c);
            if (starter >= 0 && (lastClass == -1 || lastClass < combining) && TryCompose(result[starter].CodePoint, c, out var composed))
            {
                result[starter] = (composed, result[starter].Change + change - 1);
                continue;
            }
            if (combining == 0)
                (starter, lastClass) = (result.Count, -1);
            else
                lastClass = combining;
            result.Add((c, change));
        }
        return result;
    }

    private static void AddHangul(List<(int, int)> result, int index)
    {
        result.Add((LBase + index / (VCount * TCount), 0));
        result.Add((VBase + index % (VCount * TCount) / TCount, 1));
        if (index % TCount != 0)
            result.Add((TBase + index % TCount, 1));
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
        {
            composed = SBase + ((first - LBase) * VCount + second - VBase) * TCount;
            return true;
        }
        if (first is >= SBase and < SBase + SCount && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount)
        {
            composed = first + second - TBase;
            return true;
        }
        return UnicodeTables.TryCompose(first, second, out composed);
    }

    // A stable insertion sort, because a character has few marks.
    private static void SortMarks(List<(int CodePoint, int Change)> result, int start, int end)
    {
        for (var i = start + 1; i < end; i++)
        {
            var mark = result[i];
            var combining = UnicodeTables.CombiningClass(mark.CodePoint);
            var place = i;
            while (combining != 0 && place > start && UnicodeTables.CombiningClass(result[place - 1].CodePoint) > combining)
            {
                result[place] = result[place - 1];
                place--;
            }
            result[place] = mark;
        }
    }
}
