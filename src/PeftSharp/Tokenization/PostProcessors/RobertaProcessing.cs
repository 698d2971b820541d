using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Adds special tokens: <c>&lt;s&gt; A &lt;/s&gt;</c> and <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all with token type 0.
/// </summary>
internal sealed class RobertaProcessing(
    (string Token, int Id) sep, (string Token, int Id) cls, bool trimOffsets, bool addPrefixSpace)
    : PostProcessor
{
    internal override TemplateProcessing Template { get; } = TemplateProcessing.Of(
        $"{cls.Token}:0 $A:0 {sep.Token}:0",
        $"{cls.Token}:0 $A:0 {sep.Token}:0 {sep.Token}:0 $B:0 {sep.Token}:0",
        sep, cls).WithTypedOverflow();

    internal override IEnumerable<bool> Trims => trimOffsets ? [addPrefixSpace] : [];

    internal static RobertaProcessing FromJson(JsonPart part) =>
        new(part.TokenAndId("sep"), part.TokenAndId("cls"), part.Flag("trim_offsets"), part.Flag("add_prefix_space"));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "RobertaProcessing",
        ["sep"] = new JsonArray(sep.Token, sep.Id),
        ["cls"] = new JsonArray(cls.Token, cls.Id),
        ["trim_offsets"] = trimOffsets,
        ["add_prefix_space"] = addPrefixSpace,
    };
}
