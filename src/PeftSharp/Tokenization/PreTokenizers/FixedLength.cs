using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits into words of a fixed number of code points. The last word can be shorter.</summary>
internal sealed class FixedLength(int length) : SplittingPreTokenizer
{
    internal static FixedLength FromJson(JsonPart part)
    {
        var length = part["length"].IsNull ? 5 : part.Number("length");
        return length > 0 ? new FixedLength(length) : throw part["length"].Unfit("an integer that is at least 1");
    }

    internal override JsonObject ToJson() => new() { ["type"] = "FixedLength", ["length"] = length };

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            for (var count = 0; count < length && end < text.Length; count++)
            {
                CodePoints.At(text, end, out var units);
                end += units;
            }
            words.Add(new TextSpan(offset + start, offset + end));
            start = end;
        }
    }
}
