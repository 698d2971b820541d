using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Removes leading and trailing spaces from the offsets of byte-level tokens; <c>ByteLevel</c> in tokenizer.json.</summary>
internal sealed class ByteLevelProcessing(bool addPrefixSpace, bool trimOffsets, bool useRegex) : PostProcessor
{
    internal override IEnumerable<bool> Trims => trimOffsets ? [addPrefixSpace] : [];

    internal static ByteLevelProcessing FromJson(JsonPart part) =>
        new(part.Flag("add_prefix_space"), part.Flag("trim_offsets"), part.Flag("use_regex", absent: true));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = trimOffsets, ["use_regex"] = useRegex };
}
