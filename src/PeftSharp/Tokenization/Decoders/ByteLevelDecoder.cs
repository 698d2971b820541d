using System.Buffers;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Converts tokens in the byte-level alphabet of GPT-2 to bytes and decodes them as UTF-8. Invalid UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDecoder(bool addPrefixSpace, bool trimOffsets, bool useRegex) : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>(tokens.Count * 4 + 1);
        foreach (var token in tokens)
            ByteAlphabet.AppendBytes(token, bytes);
        return [System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan)];
    }

    internal static ByteLevelDecoder FromJson(JsonPart part) =>
        new(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = trimOffsets, ["use_regex"] = useRegex };
}
