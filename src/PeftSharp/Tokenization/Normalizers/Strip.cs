using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Removes white space at the beginning and at the end of a text.</summary>
internal sealed class Strip(bool left, bool right) : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        var chars = text.Chars;
        var (start, end) = (0, chars.Length);
        while (left && start < end && UnicodeTables.Is(chars[start], UnicodeFlags.Space))       // no white space above U+FFFF
            start++;
        while (right && start < end && UnicodeTables.Is(chars[end - 1], UnicodeFlags.Space))
            end--;
        if (end - start == chars.Length)
            return;
        text.BeginRewrite();
        text.DropUntil(start);
        text.KeepUntil(end);
        text.EndRewrite();
    }

    internal static Strip FromJson(JsonPart part) => new(part.Flag("strip_left"), part.Flag("strip_right"));

    internal override JsonObject ToJson() => new() { ["type"] = "Strip", ["strip_left"] = left, ["strip_right"] = right };
}
