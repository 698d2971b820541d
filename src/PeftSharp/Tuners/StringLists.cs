using System.Text.Json;

namespace PeftSharp.Tuners;

/// <summary>Reads lists of strings from JSON.</summary>
internal static class StringLists
{
    /// <summary>Reads a list of strings.</summary>
    /// <param name="reader">The reader, positioned at the start of the list.</param>
    /// <param name="expected">The expected values of the field, for the error.</param>
    /// <exception cref="JsonException">An item is not a string.</exception>
    internal static List<string> Read(ref Utf8JsonReader reader, string expected)
    {
        var items = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException(expected));
        return items;
    }
}
