using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits at white space.</summary>
internal sealed class WhitespaceSplit : SplittingPreTokenizer
{
    internal override JsonObject ToJson() => new() { ["type"] = "WhitespaceSplit" };

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!UnicodeTables.Is(text[i], UnicodeFlags.Space))      // no white space above U+FFFF
                continue;
            PreTokenizedText.AddWord(words, offset + start, offset + i);
            start = i + 1;
        }
        PreTokenizedText.AddWord(words, offset + start, offset + text.Length);
    }
}
