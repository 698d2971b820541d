using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Puts one text in the place of every match of another.</summary>
internal sealed class Replace(TextPattern pattern, string content) : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        var matches = pattern.Matches(text.Chars);
        if (matches.Count == 0)
            return;
        text.BeginRewrite();
        foreach (var (start, end) in matches)
        {
            text.KeepUntil(start);
            text.DropUntil(end);
            for (var i = 0; i < content.Length;)
            {
                text.Emit(CodePoints.At(content, i, out var units), 1);     // shares the range of the last character replaced
                i += units;
            }
        }
        text.KeepUntil(text.Length);
        text.EndRewrite();
    }

    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };
}
