using System.Text.Json;

namespace PeftSharp.Tokenization;

/// <summary>A part of tokenizer.json and where it stands, so that errors can say so.</summary>
internal readonly record struct JsonPart(JsonElement Element, string File, string Path)
{
    /// <summary>The component that this part describes.</summary>
    internal string Type => Text("type");

    internal bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A field; <see cref="IsNull"/> where it is absent.</summary>
    internal JsonPart this[string name] => new(Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) ? value : default, File, $"{Path}.{name}");

    internal string Text(string name) => this[name] is { Element.ValueKind: JsonValueKind.String } part ? part.Element.GetString()! : throw this[name].Unfit("a text");

    internal string? TextOrNull(string name) => this[name].IsNull ? null : Text(name);

    internal bool Flag(string name, bool? absent = null) => this[name] switch
    {
        { Element.ValueKind: JsonValueKind.True } => true,
        { Element.ValueKind: JsonValueKind.False } => false,
        { IsNull: true } when absent is not null => absent.Value,
        var part => throw part.Unfit("true or false"),
    };

    internal int Number(string name) => this[name] is { Element.ValueKind: JsonValueKind.Number } part && part.Element.TryGetInt32(out var value) ? value : throw this[name].Unfit("a whole number");

    internal List<JsonPart> Items(string name)
    {
        var part = this[name];
        if (part.Element.ValueKind != JsonValueKind.Array)
            throw part.Unfit("a list");
        var items = new List<JsonPart>();
        foreach (var item in part.Element.EnumerateArray())
            items.Add(new JsonPart(item, File, $"{part.Path}[{items.Count}]"));
        return items;
    }

    internal TokenizerException Unfit(string expected) =>
        new($"'{File}' has {(IsNull ? "nothing" : Excerpt())} at {Path}, where {expected} belongs.");

    /// <summary>The error for a component that is not built in.</summary>
    internal TokenizerException Unknown(string kind, params string[] supported) =>
        new($"'{File}' uses the {kind} '{Type}' at {Path}, which is not supported; supported: {string.Join(", ", supported)}.");

    private string Excerpt() => Element.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : Element.GetRawText();
}
