using System.Text.Json;

namespace PeftSharp.Internal;

/// <summary>
/// Checks the texts of parsed JSON: System.Text.Json reports invalid UTF-8 and unpaired surrogates only when a text or a name is read.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Reads each text and each name once.</summary>
    /// <exception cref="InvalidOperationException">A text or a name is not valid Unicode.</exception>
    internal static void RequireUnicode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) RequireUnicode(item);
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    RequireUnicode(property.Value);
                }
                break;
        }
    }
}
