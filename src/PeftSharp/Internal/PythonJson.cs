using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Internal;

/// <summary>Reads and writes JSON as Python's <c>json</c> module does, so that files can be compared byte by byte.</summary>
internal static class PythonJson
{
    /// <summary><c>json.dumps(value, indent=…, sort_keys=…, ensure_ascii=…)</c>.</summary>
    /// <param name="value">The value to write. Null is written as JSON's null.</param>
    /// <param name="indent">Spaces per level; null writes a single line with the separators <c>", "</c> and <c>": "</c>.</param>
    /// <param name="sortKeys">Whether fields are sorted by name, in code point order. If false, they keep their order.</param>
    /// <param name="ensureAscii">Whether non-ASCII characters are written as <c>\u</c> escapes.</param>
    internal static string Dumps(JsonNode? value, int? indent = 2, bool sortKeys = true, bool ensureAscii = true)
    {
        var text = new StringBuilder();
        new Writer(text, indent, sortKeys, ensureAscii).Write(value, depth: 0);
        return text.ToString();
    }

    /// <summary>Reads JSON as <c>json.loads</c> does: <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> are numbers, and the last value of
    /// a duplicate field is used.</summary>
    /// <param name="utf8">The text; a byte order mark is skipped.</param>
    /// <param name="refuseDuplicates">Whether a duplicate field throws a <see cref="JsonException"/> instead.</param>
    /// <exception cref="JsonException">The text is not valid JSON. The exception contains the line and the byte in the line, both
    /// zero-based.</exception>
    internal static JsonNode? Loads(ReadOnlySpan<byte> utf8, bool refuseDuplicates = false) =>
        PythonJsonReader.Read(utf8, refuseDuplicates);

    /// <summary>
    /// Returns whether two values have the same JSON text. <see cref="JsonNode.DeepEquals"/> fails for NaN and for deep nesting.
    /// </summary>
    internal static bool AreEqual(JsonNode? first, JsonNode? second) => Dumps(first, indent: null) == Dumps(second, indent: null);

    /// <summary>
    /// Returns a value as one line for a message, truncated if it is long. Works for every value that <see cref="Loads"/> returns.
    /// </summary>
    internal static string Show(JsonNode? value, int maxLength = 100)
    {
        var text = Dumps(value, indent: null, sortKeys: false, ensureAscii: false);
        return text.Length > maxLength ? $"{text.AsSpan(0, maxLength)} …" : text;
    }

    /// <summary>Quotes and escapes a string.</summary>
    internal static string Quote(string text, bool ensureAscii = true)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\f' => quoted.Append("\\f"),
                '\b' => quoted.Append("\\b"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                > '~' when ensureAscii => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => quoted.Append(unit),
            };
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>Formats a number as Python does: integers without a decimal point, floating-point numbers as <c>repr</c>.</summary>
    private static string Number(JsonValue value)
    {
        if (value.TryGetValue(out JsonElement element))
        {
            var raw = element.GetRawText();
            return raw.AsSpan().IndexOfAny(".eE") < 0 ? raw : PythonFloat.Json(element.GetDouble());
        }
        if (value.TryGetValue(out double wide))
            return PythonFloat.Json(wide);
        if (value.TryGetValue(out float single))
            return PythonFloat.Json(single);
        if (value.TryGetValue(out Half half))
            return PythonFloat.Json((double)half);
        if (value.TryGetValue(out decimal exact))
            return PythonFloat.Json((double)exact);
        return value.ToJsonString();   // the integer types
    }

    private readonly struct Writer(StringBuilder text, int? indent, bool sortKeys, bool ensureAscii)
    {
        internal void Write(JsonNode? node, int depth)
        {
            switch (node)
            {
                case null:
                    text.Append("null");
                    break;
                case JsonObject fields:
                    WriteObject(fields, depth);
                    break;
                case JsonArray items:
                    WriteArray(items, depth);
                    break;
                case JsonValue value:
                    WriteValue(value);
                    break;
            }
        }

        private void WriteObject(JsonObject fields, int depth)
        {
            var ordered = sortKeys ? fields.OrderBy(field => field.Key, CodePointOrder.Instance) : fields.AsEnumerable();
            var first = true;
            text.Append('{');
            foreach (var (name, value) in ordered)
            {
                Separate(depth + 1, ref first);
                text.Append(Quote(name, ensureAscii)).Append(": ");
                Write(value, depth + 1);
            }
            Close('}', depth, empty: first);
        }

        private void WriteArray(JsonArray items, int depth)
        {
            var first = true;
            text.Append('[');
            foreach (var item in items)
            {
                Separate(depth + 1, ref first);
                Write(item, depth + 1);
            }
            Close(']', depth, empty: first);
        }

        private void WriteValue(JsonValue value) => text.Append(value.GetValueKind() switch
        {
            JsonValueKind.String => Quote(value.TryGetValue(out string? plain) ? plain : value.ToString(), ensureAscii),
            JsonValueKind.Number => Number(value),
            _ => value.ToJsonString(),   // true, false
        });

        private void Separate(int depth, ref bool first)
        {
            if (!first)
                text.Append(indent is null ? ", " : ",");
            first = false;
            NewLine(depth);
        }

        private void Close(char bracket, int depth, bool empty)
        {
            if (!empty)
                NewLine(depth);
            text.Append(bracket);
        }

        private void NewLine(int depth)
        {
            if (indent is { } spaces)
                text.Append('\n').Append(' ', spaces * depth);
        }
    }
}
