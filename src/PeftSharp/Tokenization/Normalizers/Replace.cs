using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Replaces every match of a pattern.</summary>
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
            text.Insert(content);       // the insertion has the offsets of the last replaced character
        }
        text.KeepUntil(text.Length);
        text.EndRewrite();
    }

    internal static Replace FromJson(JsonPart part) => new(TextPattern.FromJson(part["pattern"]), part.Text("content"));

    internal override JsonObject ToJson() => new() { ["type"] = "Replace", ["pattern"] = pattern.ToJson(), ["content"] = content };
}
