using System.Text;
using System.Text.Json;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>A JSON value that can become one that no JSON library writes: with duplicate names, invalid numbers and strings.</summary>
internal sealed class JsonTree
{
    private JsonTree(JsonValueKind kind, string raw) => (Kind, Raw) = (kind, raw);

    internal JsonValueKind Kind { get; private set; }

    /// <summary>The text of a value that is neither an object nor an array.</summary>
    internal string Raw { get; private set; }

    /// <summary>The values of an object or array. The name is the text in quotes, and empty in an array.</summary>
    internal List<(string Name, JsonTree Value)> Members { get; private set; } = [];

    internal static JsonTree Parse(byte[] text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 256 });
        return Of(document.RootElement);
    }

    internal static JsonTree Scalar(string raw) => new(raw.StartsWith('"') ? JsonValueKind.String : JsonValueKind.Number, raw);

    internal static string Quote(string text) => JsonSerializer.Serialize(text);

    internal static JsonTree Container(bool isArray, params IEnumerable<(string Name, JsonTree Value)> members) =>
        new(isArray ? JsonValueKind.Array : JsonValueKind.Object, "") { Members = [.. members] };

    internal void Become(JsonTree other) => (Kind, Raw, Members) = (other.Kind, other.Raw, [.. other.Members]);

    internal JsonTree Copy() => new(Kind, Raw) { Members = [.. Members.Select(member => (member.Name, member.Value.Copy()))] };

    internal byte[] ToBytes()
    {
        var text = new StringBuilder();
        Write(text);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Write(StringBuilder text)
    {
        if (Kind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            text.Append(Raw);
            return;
        }
        text.Append(Kind == JsonValueKind.Object ? '{' : '[');
        for (var i = 0; i < Members.Count; i++)
        {
            if (i > 0) text.Append(", ");
            if (Kind == JsonValueKind.Object) text.Append(Members[i].Name is "" ? "\"\"" : Members[i].Name).Append(": ");
            Members[i].Value.Write(text);
        }
        text.Append(Kind == JsonValueKind.Object ? '}' : ']');
    }

    private static JsonTree Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            Container(isArray: false, element.EnumerateObject().Select(member => (Quote(member.Name), Of(member.Value)))),
        JsonValueKind.Array => Container(isArray: true, element.EnumerateArray().Select(item => ("", Of(item)))),
        _ => new JsonTree(element.ValueKind, element.GetRawText()),
    };
}
