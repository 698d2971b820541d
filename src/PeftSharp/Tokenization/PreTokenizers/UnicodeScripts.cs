using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Splits between different scripts, as SentencePiece does: Hiragana and Katakana are treated as Han, and spaces have no script.
/// </summary>
/// <remarks>
/// Code points without a script belong to the word before them. At the beginning of a text they are dropped, as in the reference
/// implementation.
/// </remarks>
internal sealed class UnicodeScripts : SplittingPreTokenizer
{
    private const int AnyScript = 0;

    internal override JsonObject ToJson() => new() { ["type"] = "UnicodeScripts" };

    protected override void SplitInto(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        var (start, last) = (text.Length, AnyScript);
        for (var i = 0; i < text.Length;)
        {
            var script = UnicodeProperties.ScriptOf(CodePoints.At(text, i, out var units));
            if (script != AnyScript && script != last)
            {
                PreTokenizedText.AddWord(words, offset + start, offset + i);
                (start, last) = (i, script);
            }
            i += units;
        }
        PreTokenizedText.AddWord(words, offset + start, offset + text.Length);
    }
}
