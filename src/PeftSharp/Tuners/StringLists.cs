using System.Text.Json;

namespace PeftSharp.Tuners;

/// <summary>Lists of strings out of JSON.</summary>
internal static class StringLists
{
    /// <summary>Reads a list at whose beginning the reader is.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="expected">What the field may hold, for the error.</param>
    /// <exception cref="JsonException">An item is no string.</exception>
    internal static List<string> Read(ref Utf8JsonReader reader, string expected)
    {
        var items = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException(expected));
        return items;
    }
}
