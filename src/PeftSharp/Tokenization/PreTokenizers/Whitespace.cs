using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits into runs of word characters and runs of other characters, without white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class Whitespace : SplittingPreTokenizer
{
    internal override JsonObject ToJson() => new() { ["type"] = "Whitespace" };

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var (start, kind) = (0, UnicodeFlags.Space);
        for (var i = 0; i < text.Length;)
        {
            var c = CodePoints.At(text, i, out var units);
            var next = UnicodeTables.FlagsOf(c) & (UnicodeFlags.Space | UnicodeFlags.Word);
            if (next != kind)
            {
                if (kind != UnicodeFlags.Space)
                    PreTokenizedText.AddWord(words, offset + start, offset + i);
                (start, kind) = (i, next);
            }
            i += units;
        }
        if (kind != UnicodeFlags.Space)
            PreTokenizedText.AddWord(words, offset + start, offset + text.Length);
    }
}
