namespace PeftSharp.Tokenization;

/// <summary>A piece of a template: a text, or special tokens.</summary>
/// <param name="Text">The text: 0 for the first, 1 for the second; null for special tokens.</param>
/// <param name="Name">The name of the special tokens.</param>
/// <param name="TypeId">The token type.</param>
internal readonly record struct TemplatePiece(int? Text, string? Name, int TypeId)
{
    internal static TemplatePiece FromJson(JsonPart part)
    {
        if (part["SpecialToken"] is { IsNull: false } special)
            return new TemplatePiece(null, special.Text("id"), special.Number("type_id"));
        var text = part["Sequence"];
        return new TemplatePiece(
            text.Text("id") switch { "A" => 0, "B" => 1, _ => throw text["id"].Unfit("A or B") }, null, text.Number("type_id"));
    }
}
