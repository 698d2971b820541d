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
            text.Insert(content);       // shares the range of the last character replaced
        }
        text.KeepUntil(text.Length);
        text.EndRewrite();
    }

    internal static Replace FromJson(JsonPart part) => new(TextPattern.FromJson(part["pattern"]), part.Text("content"));

    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };
}
