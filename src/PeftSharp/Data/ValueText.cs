using System.Collections;
using System.Globalization;

namespace PeftSharp.Data;

/// <summary>Formats values of columns as text, independent of culture and time zone.</summary>
internal static class ValueText
{
    private const int MaxItems = 20;
    private const int MaxCharacters = 200;

    /// <summary>Formats a value: strings unchanged, numbers with all digits, dates and times as ISO 8601.</summary>
    internal static string Of(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool boolean => boolean ? "true" : "false",
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeSpan duration => duration.ToString("c", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        byte[] bytes => $"byte[{bytes.Length}]",
        IEnumerable => Show(value),
        _ => value.ToString()!,
    };

    /// <summary>Formats a value for display: strings in quotation marks, long strings and lists truncated with "…".</summary>
    internal static string Show(object? value) => value switch
    {
        string text => text.Length <= MaxCharacters ? $"\"{text}\"" : $"\"{text.AsSpan(0, MaxCharacters)}…\"",
        byte[] => Of(value),
        IReadOnlyDictionary<string, object?> record => Fields(record),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Take(MaxItems).Select(Show))}"
            + (items is ICollection { Count: > MaxItems } ? ", …]" : "]"),
        _ => Of(value),
    };

    /// <summary>Formats names and values, as <c>{text: "abc", label: 1}</c>.</summary>
    internal static string Fields(IEnumerable<KeyValuePair<string, object?>> fields) =>
        $"{{{string.Join(", ", fields.Select(field => $"{field.Key}: {Show(field.Value)}"))}}}";
}
