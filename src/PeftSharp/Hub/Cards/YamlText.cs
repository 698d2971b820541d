using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>Writes a value as YAML in block style, as <c>yaml.dump(value, sort_keys=False)</c> does.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HashSet<string> _words =
        new(["true", "false", "yes", "no", "on", "off", "null", "y", "n"], StringComparer.OrdinalIgnoreCase);

    internal static string Write(JsonObject value)
    {
        var text = new StringBuilder();
        Fields(text, value, "", isFirstInline: false);
        return text.ToString();
    }

    private static void Fields(StringBuilder text, JsonObject value, string indent, bool isFirstInline)
    {
        foreach (var (name, field) in value)
        {
            text.Append(isFirstInline ? "" : indent).Append(Scalar(JsonValue.Create(name))).Append(':');
            isFirstInline = false;
            switch (field)
            {
                case JsonObject { Count: > 0 } its:
                    text.Append('\n');
                    Fields(text, its, indent + "  ", isFirstInline: false);
                    break;
                case JsonArray { Count: > 0 } items:
                    text.Append('\n');
                    Items(text, items, indent);
                    break;
                case JsonObject: text.Append(" {}\n"); break;
                case JsonArray: text.Append(" []\n"); break;
                default: text.Append(' ').Append(Scalar(field)).Append('\n'); break;
            }
        }
    }

    private static void Items(StringBuilder text, JsonArray items, string indent)
    {
        foreach (var item in items)
        {
            text.Append(indent).Append("- ");
            if (item is JsonObject { Count: > 0 } its) Fields(text, its, indent + "  ", isFirstInline: true);
            else text.Append(Scalar(item)).Append('\n');
        }
    }

    private static string Scalar(JsonNode? value)
    {
        if (value is null) return "null";
        if (value is not JsonValue scalar) throw new ArgumentException("A list in a list is not supported.", nameof(value));
        if (scalar.TryGetValue<string>(out var text))
            return Plain().IsMatch(text) && !_words.Contains(text) && !text.EndsWith(' ') ? text
                : JsonSerializer.Serialize(text, _readable);
        if (!scalar.TryGetValue<double>(out var number)) return scalar.ToJsonString();
        if (double.IsNaN(number)) return ".nan";
        return double.IsFinite(number) ? PythonFloat.Repr(number) : number > 0 ? ".inf" : "-.inf";
    }

    /// <summary>Texts that need no quotes: they start with a letter and have no character with a meaning in YAML.</summary>
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_./+() -]*(?::[A-Za-z0-9_./+-]+)*\z")]
    private static partial Regex Plain();
}
