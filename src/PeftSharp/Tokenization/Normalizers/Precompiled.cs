using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The normalization of a SentencePiece model, such as NFKC with other rules for white space, as a compiled map.</summary>
/// <remarks>
/// A grapheme cluster of at most five bytes in UTF-8 is looked up as a whole, and replaced if the map contains a prefix of it. Otherwise,
/// the code points of the cluster are looked up one by one.
/// </remarks>
internal sealed class Precompiled : Normalizer
{
    private const int LongestLookup = 5;
    private readonly CharactersMap _map;
    private readonly bool[] _isChangeable = new bool[0x80];        // ASCII characters that can begin a replaced text

    internal Precompiled(CharactersMap map)
    {
        _map = map;
        for (var c = 0; c < _isChangeable.Length; c++)
            _isChangeable[c] = c == '\r' || map.TryReplace([(byte)c], out _);
    }

    internal override void Normalize(AlignedText text)
    {
        var start = FirstChangeable(text.Chars);
        if (start == text.Length)
            return;
        var changes = new List<(int CodePoint, int Change)>(text.Length + 16);
        var isChanged = false;
        for (var i = 0; i < text.Length;)
        {
            var end = GraphemeClusters.End(text.Chars, i);
            isChanged |= AddCluster(text.Chars[i..end], changes);
            i = end;
        }
        if (!isChanged)
            return;
        text.BeginRewrite();
        foreach (var (c, change) in changes)
            text.Emit(c, change);
        text.EndRewrite();
    }

    internal static Precompiled FromJson(JsonPart part)
    {
        var name = part["precompiled_charsmap"];
        try
        {
            return new Precompiled(new CharactersMap(
                Convert.FromBase64String(part.Text("precompiled_charsmap")), $"'{part.File}' at {name.Path}"));
        }
        catch (FormatException)
        {
            throw name.Unfit("a text in base 64");
        }
    }

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(_map.Data) };

    private int FirstChangeable(ReadOnlySpan<char> chars)
    {
        var i = 0;
        while (i < chars.Length && chars[i] < 0x80 && !_isChangeable[chars[i]])
            i++;
        return i;
    }

    private bool AddCluster(ReadOnlySpan<char> cluster, List<(int CodePoint, int Change)> changes)
    {
        if (cluster is [< (char)0x80 and var only] && !_isChangeable[only])
        {
            changes.Add((only, 0));
            return false;
        }
        Span<byte> bytes = stackalloc byte[LongestLookup];
        if (System.Text.Encoding.UTF8.TryGetBytes(cluster, bytes, out var count) && TryAddReplacement(bytes[..count], cluster, changes))
            return true;
        var isChanged = false;
        for (var i = 0; i < cluster.Length;)
        {
            var c = CodePoints.At(cluster, i, out var units);
            var part = cluster.Slice(i, units);
            i += units;
            if (TryAddReplacement(bytes[..System.Text.Encoding.UTF8.GetBytes(part, bytes)], part, changes))
                isChanged = true;
            else
                changes.Add((c, 0));
        }
        return isChanged;
    }

    // If the replacement is longer than the text, the last code points of the replacement are insertions. If it is shorter, the last code
    // point that was written also replaces the rest of the text. If no code point was written before, the removal is not recorded, so the
    // offsets of the following code points are too small, as in the reference implementation.
    private bool TryAddReplacement(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text, List<(int CodePoint, int Change)> changes)
    {
        if (!_map.TryReplace(bytes, out var replacement))
            return false;
        var difference = -CodePoints.Count(text);
        for (; !replacement.IsEmpty; difference++)
        {
            System.Text.Rune.DecodeFromUtf8(replacement, out var rune, out var length);
            changes.Add((rune.Value, difference >= 0 ? 1 : 0));
            replacement = replacement[length..];
        }
        if (difference < 0 && changes.Count > 0)
            changes[^1] = (changes[^1].CodePoint, changes[^1].Change + difference);
        return true;
    }
}
