using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Decodes byte-level tokens, replaces the suffix at the ends of words by a space, and removes white space at both ends of the text.
/// </summary>
/// <remarks>
/// <c>CLIPTokenizer</c> in transformers does the last two steps after the decoder of tokenizer.json, so that file contains only
/// <c>ByteLevel</c>.
/// </remarks>
internal sealed class ClipDecoder(string suffix) : Decoder
{
    private readonly ByteLevelDecoder _bytes = new(addPrefixSpace: true, trimOffsets: true, useRegex: true);

    internal override List<string> Decode(List<string> tokens) =>
        [Trim(string.Concat(_bytes.Decode(tokens)).Replace(suffix, " ", StringComparison.Ordinal))];

    // In Python, unlike in .NET, the separators U+001C to U+001F are also white space.
    private static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
            start++;
        while (end > start && IsSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    internal override JsonObject ToJson() => _bytes.ToJson();
}
