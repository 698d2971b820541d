using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Converts code points to lower case, independently of language and context: İ becomes i and a combining dot above, and Σ at the end of a
/// word becomes σ.
/// </summary>
internal sealed class Lowercase : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        var chars = text.Chars;
        for (var i = 0; i < chars.Length; i++)
        {
            if (chars[i] < 0x80)
                chars[i] = char.IsAsciiLetterUpper(chars[i]) ? (char)(chars[i] | 0x20) : chars[i];
            else if (!TryLowerInPlace(ref chars[i]))
            {
                Rewrite(text, from: i);
                return;
            }
        }
    }

    internal override JsonObject ToJson() => new() { ["type"] = "Lowercase" };

    // Replaces a UTF-16 code unit by its lower case, if that is also one code unit. This is the common case. Otherwise returns false.
    private static bool TryLowerInPlace(ref char c)
    {
        if (char.IsSurrogate(c))
            return false;
        if (!UnicodeTables.TryLower(c, out var lower))
            return true;
        if (lower.Length > 1)
            return false;
        c = (char)lower[0];
        return true;
    }

    private static void Rewrite(AlignedText text, int from)
    {
        text.BeginRewrite();
        text.KeepUntil(from);
        var chars = text.Chars;
        for (var i = from; i < chars.Length;)
        {
            var c = CodePoints.At(chars, i, out var units);
            i += units;
            if (!UnicodeTables.TryLower(c, out var lower))
                text.KeepUntil(i);
            else
                for (var part = 0; part < lower.Length; part++)
                    text.Emit(lower[part], part == 0 ? 0 : 1);
        }
        text.EndRewrite();
    }
}
