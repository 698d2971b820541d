using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Adds a prefix to every non-empty text, such as LLaMA's <c>▁</c>. The prefix has the offsets of the first character.</summary>
internal sealed class Prepend(string content) : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        if (text.Length == 0)
            return;
        text.BeginRewrite();
        var first = CodePoints.At(text.Chars, 0, out var firstUnits);
        for (var i = 0; i < content.Length;)
        {
            var c = CodePoints.At(content, i, out var units);
            text.Emit(c, i == 0 ? 0 : 1);
            i += units;
        }
        text.Emit(first, 1);
        text.DropUntil(firstUnits);       // no effect unless the prefix is empty: the first Emit replaced these characters
        text.KeepUntil(text.Length);
        text.EndRewrite();
    }

    internal static Prepend FromJson(JsonPart part) => new(part.Text("prepend"));

    internal override JsonObject ToJson() => new() { ["type"] = "Prepend", ["prepend"] = content };
}
