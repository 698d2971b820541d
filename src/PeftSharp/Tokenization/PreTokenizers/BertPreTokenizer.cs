using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits at white space, and makes each punctuation character a word.</summary>
internal sealed class BertPreTokenizer : SplittingPreTokenizer
{
    internal override JsonObject ToJson() => new() { ["type"] = "BertPreTokenizer" };

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var place = i;
            var flags = UnicodeTables.FlagsOf(CodePoints.At(text, i, out var units));
            i += units;
            if ((flags & (UnicodeFlags.Space | UnicodeFlags.Punctuation)) == 0)
                continue;
            PreTokenizedText.AddWord(words, offset + start, offset + place);
            if ((flags & UnicodeFlags.Punctuation) != 0)
                words.Add(new TextSpan(offset + place, offset + i));
            start = i;
        }
        PreTokenizedText.AddWord(words, offset + start, offset + text.Length);
    }
}
