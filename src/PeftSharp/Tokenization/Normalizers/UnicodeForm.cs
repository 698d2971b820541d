using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Unicode normalization to NFC, NFD, NFKC or NFKD (UAX #15).</summary>
internal sealed class UnicodeForm : Normalizer
{
    internal static readonly UnicodeForm Nfd = new("NFD", compatibility: false, compose: false);
    internal static readonly UnicodeForm Nfkd = new("NFKD", compatibility: true, compose: false);
    internal static readonly UnicodeForm Nfc = new("NFC", compatibility: false, compose: true);
    internal static readonly UnicodeForm Nfkc = new("NFKC", compatibility: true, compose: true);

    private readonly string _name;
    private readonly bool _compatibility, _compose;

    private UnicodeForm(string name, bool compatibility, bool compose) =>
        (_name, _compatibility, _compose) = (name, compatibility, compose);

    internal override void Normalize(AlignedText text)
    {
        if (IsDecomposed(text.Chars))
            return;
        var parts = UnicodeNormalization.Decompose(text.Chars, _compatibility);
        if (_compose)
            parts = UnicodeNormalization.Compose(parts);
        text.BeginRewrite();
        foreach (var (c, change) in parts)
            text.Emit(c, change);
        text.EndRewrite();
    }

    internal override JsonObject ToJson() => new() { ["type"] = _name };

    // If no character can be decomposed and no mark can be reordered, only Hangul jamo and some marks of combining class 0 can be composed.
    private bool IsDecomposed(ReadOnlySpan<char> chars)
    {
        for (var i = 0; i < chars.Length;)
        {
            var c = CodePoints.At(chars, i, out var units);
            i += units;
            if (c < 0xA0)
                continue;
            if (c is >= 0xAC00 and < 0xD7A4 or >= 0x1161 and < 0x11C3 || UnicodeTables.CombiningClass(c) != 0
                || UnicodeTables.TryDecompose(c, _compatibility, out _))
                return false;
            if (_compose && UnicodeTables.Is(c, UnicodeFlags.CombiningMark))
                return false;                        // some vowel signs with combining class 0 are composed with the preceding character
        }
        return true;
    }
}
