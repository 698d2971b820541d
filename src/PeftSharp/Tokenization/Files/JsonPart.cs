using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>A part of tokenizer.json with its file and JSON path, for error messages.</summary>
internal readonly record struct JsonPart(JsonElement Element, string File, string Path)
{
    internal bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A field; <see cref="IsNull"/> is true if it is absent.</summary>
    internal JsonPart this[string name] => new(
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) ? value : default, File, $"{Path}.{name}");

    internal string Text(string name) =>
        this[name] is { Element.ValueKind: JsonValueKind.String } part ? part.Element.GetString()! : throw this[name].Unfit("a text");

    internal string? TextOrNull(string name) => this[name].IsNull ? null : Text(name);

    internal bool Flag(string name, bool? absent = null) => this[name] switch
    {
        { Element.ValueKind: JsonValueKind.True } => true,
        { Element.ValueKind: JsonValueKind.False } => false,
        { IsNull: true } when absent is not null => absent.Value,
        var part => throw part.Unfit("true or false"),
    };

    internal int Number(string name) =>
        this[name] is { Element.ValueKind: JsonValueKind.Number } part && part.Element.TryGetInt32(out var value)
            ? value
            : throw this[name].Unfit("an integer");

    /// <summary>A string of one UTF-16 code unit.</summary>
    internal char Character(string name) => Text(name) is [var c] ? c : throw this[name].Unfit("one character up to U+FFFF");

    /// <summary>A string of one code point.</summary>
    internal int CodePoint(string name) => Text(name) is { Length: > 0 } text && CodePoints.At(text, 0, out var units) is var c
        && units == text.Length ? c : throw this[name].Unfit("one character");

    /// <summary>A string that is not empty.</summary>
    internal string NonEmptyText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw this[name].Unfit("a text that is not empty");

    /// <summary>A value of an enumeration by its name; <paramref name="absent"/>, if given, is the value of an absent field.</summary>
    internal T Choice<T>(string name, T? absent = null) where T : struct, Enum =>
        absent is not null && this[name].IsNull ? absent.Value
        : Enum.GetNames<T>().Contains(Text(name), StringComparer.Ordinal) ? Enum.Parse<T>(Text(name))
        : throw this[name].Unfit(string.Join(", ", Enum.GetNames<T>()[..^1]) + " or " + Enum.GetNames<T>()[^1]);

    /// <summary>An array of a token and its id.</summary>
    internal (string Token, int Id) TokenAndId(string name) =>
        this[name].Element is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
        && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.Number && pair[1].TryGetInt32(out var id)
            ? (pair[0].GetString()!, id)
            : throw this[name].Unfit("a token and its id");

    internal int[] Numbers(string name) =>
        [.. Items(name).Select(item => item.Element.ValueKind == JsonValueKind.Number && item.Element.TryGetInt32(out var value)
            ? value
            : throw item.Unfit("an integer"))];

    internal string[] Texts(string name) =>
        [.. Items(name).Select(item => item.Element.ValueKind == JsonValueKind.String
            ? item.Element.GetString()!
            : throw item.Unfit("a text"))];

    internal JsonObject ToJsonObject() => JsonObject.Create(Element) ?? throw Unfit("an object");

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
        new($"'{File}' has {(IsNull ? "nothing" : Excerpt())} at {Path}, but {expected} is expected.");

    private string Excerpt() => Element.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : Element.GetRawText();
}
