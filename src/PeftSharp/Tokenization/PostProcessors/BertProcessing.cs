using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Adds special tokens: <c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>, where the second text has token type 1.</summary>
internal sealed class BertProcessing((string Token, int Id) sep, (string Token, int Id) cls) : PostProcessor
{
    internal override TemplateProcessing Template { get; } =
        TemplateProcessing.Of($"{cls.Token}:0 $A:0 {sep.Token}:0", $"{cls.Token}:0 $A:0 {sep.Token}:0 $B:1 {sep.Token}:1", sep, cls);

    internal static BertProcessing FromJson(JsonPart part) => new(part.TokenAndId("sep"), part.TokenAndId("cls"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "BertProcessing", ["sep"] = new JsonArray(sep.Token, sep.Id), ["cls"] = new JsonArray(cls.Token, cls.Id) };
}
