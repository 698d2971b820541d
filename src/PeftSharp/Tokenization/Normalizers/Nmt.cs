using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Removes control characters and replaces other white space and invisible characters by spaces, as SentencePiece does.</summary>
internal sealed class Nmt : Normalizer
{
    internal override void Normalize(AlignedText text)
    {
        CodePointFilter.Remove(text, IsRemoved);
        foreach (ref var c in text.Chars)
            if (IsSpace(c))
                c = ' ';
    }

    internal override JsonObject ToJson() => new() { ["type"] = "Nmt" };

    private static bool IsRemoved(int c) => c is (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F;

    private static bool IsSpace(char c) => c is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028'
        or '\u2029' or '\u2581' or '\uFEFF' or '\uFFFD';
}
