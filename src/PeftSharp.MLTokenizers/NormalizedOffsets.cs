using System.Text;
using Microsoft.ML.Tokenizers;

namespace PeftSharp.MLTokenizers;

/// <summary>Maps each UTF-16 code unit of a normalized text to the part of the original text from which it was computed.</summary>
/// <remarks>
/// Normalizers of Microsoft.ML.Tokenizers do not provide offsets. The offsets are found by normalizing each part of the text on its own
/// and comparing the result with the normalized text at that position.
/// </remarks>
internal sealed class NormalizedOffsets
{
    private const char Blank = '\u2581';        // the character that SentencePiece uses for a space
    private readonly int[] _starts, _ends;
    private readonly int _length;

    private NormalizedOffsets(int[] starts, int[] ends, int length) => (_starts, _ends, _length) = (starts, ends, length);

    internal static NormalizedOffsets Of(string text, string normalized, Normalizer? normalizer) =>
        OfBlanks(text, normalized) ?? (normalizer is null ? null : OfWords(text, normalized, normalizer)) ?? OfWhole(text, normalized);

    /// <summary>Returns the range of the original text that corresponds to a range of the normalized text.</summary>
    internal (int Start, int End) Original(int start, int end)
    {
        if (start >= _starts.Length)
            return (_length, _length);
        return end <= start
            ? (_starts[start], _starts[start])
            : (_starts[start], Math.Max(_starts[start], _ends[Math.Min(end, _ends.Length) - 1]));
    }

    // SentencePiece replaces spaces, and may add a space before or after the text. Null: the normalizer made other changes, too.
    private static NormalizedOffsets? OfBlanks(string text, string normalized)
    {
        var added = normalized.Length - text.Length;
        if (added is not (0 or 1))
            return null;
        var shift = added == 1 && normalized[0] == Blank && Matches(1) ? 1 : Matches(0) && (added == 0 || normalized[^1] == Blank) ? 0 : -1;
        if (shift < 0)
            return null;
        int[] starts = [.. Enumerable.Range(0, normalized.Length).Select(i => Math.Clamp(i - shift, 0, text.Length))];
        int[] ends = [.. Enumerable.Range(0, normalized.Length).Select(i => Math.Clamp(i - shift + 1, 0, text.Length))];
        return new NormalizedOffsets(starts, ends, text.Length);

        bool Matches(int from)
        {
            for (var i = 0; i < text.Length; i++)
                if (normalized[from + i] is var c && c != text[i] && !(c == Blank && text[i] == ' '))
                    return false;
            return true;
        }
    }

    private static NormalizedOffsets? OfWords(string text, string normalized, Normalizer normalizer)
    {
        var (starts, ends) = (new List<int>(normalized.Length), new List<int>(normalized.Length));
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            while (end < text.Length && char.IsWhiteSpace(text[end]) == char.IsWhiteSpace(text[start]))
                end++;
            var form = normalizer.Normalize(text[start..end]);
            if (!normalized.AsSpan(starts.Count).StartsWith(form, StringComparison.Ordinal))
                return null;
            AddWord(text, start, end, form, normalizer, starts, ends);
            start = end;
        }
        return starts.Count == normalized.Length ? new NormalizedOffsets([.. starts], [.. ends], text.Length) : null;
    }

    // Assigns offsets per character if the normalized characters add up to the normalized word, otherwise per word.
    private static void AddWord(string text, int start, int end, string form, Normalizer normalizer, List<int> starts, List<int> ends)
    {
        var before = starts.Count;
        var joined = new StringBuilder(form.Length);
        for (var i = start; i < end;)
        {
            var units = char.IsSurrogatePair(text, i) ? 2 : 1;
            var piece = normalizer.Normalize(text[i..(i + units)]);
            joined.Append(piece);
            Add(piece.Length, i, i + units);
            i += units;
        }
        if (joined.Equals(form))
            return;
        starts.RemoveRange(before, starts.Count - before);
        ends.RemoveRange(before, ends.Count - before);
        Add(form.Length, start, end);

        void Add(int count, int first, int last)
        {
            starts.AddRange(Enumerable.Repeat(first, count));
            ends.AddRange(Enumerable.Repeat(last, count));
        }
    }

    private static NormalizedOffsets OfWhole(string text, string normalized)
    {
        var ends = new int[normalized.Length];
        Array.Fill(ends, text.Length);
        return new NormalizedOffsets(new int[normalized.Length], ends, text.Length);
    }
}
