using System.Globalization;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>
/// Decodes runs of the tokens <c>&lt;0x00&gt;</c> … as UTF-8. If a run is invalid UTF-8, each of its bytes becomes U+FFFD.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (TryByte(token, out var b))
            {
                bytes.Add(b);
                continue;
            }
            Flush(bytes, result);
            result.Add(token);
        }
        Flush(bytes, result);
        return result;
    }

    internal override JsonObject ToJson() => new() { ["type"] = "ByteFallback" };

    private static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void Flush(List<byte> bytes, List<string> result)
    {
        if (bytes.Count == 0)
            return;
        try
        {
            result.Add(StrictUtf8.Encoding.GetString([.. bytes]));
        }
        catch (System.Text.DecoderFallbackException)
        {
            result.AddRange(Enumerable.Repeat("\uFFFD", bytes.Count));      // one per byte, as in the reference implementation
        }
        bytes.Clear();
    }
}
