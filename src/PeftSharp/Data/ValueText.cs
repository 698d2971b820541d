using System.Collections;
using System.Globalization;

namespace PeftSharp.Data;

/// <summary>Values of columns as text, the same in every culture and time zone.</summary>
internal static class ValueText
{
    private const int MaxItems = 20;
    private const int MaxCharacters = 200;

    /// <summary>A value alone: strings as they are, numbers with all their digits, times as ISO 8601.</summary>
    internal static string Of(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool truth => truth ? "true" : "false",
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
        TimeSpan duration => duration.ToString("c", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        byte[] bytes => $"byte[{bytes.Length}]",
        IEnumerable => Show(value),
        _ => value.ToString()!,
    };

    /// <summary>A value within others, for display: strings in quotation marks, long strings and lists cut with "…".</summary>
    internal static string Show(object? value) => value switch
    {
        string text => text.Length <= MaxCharacters ? $"\"{text}\"" : $"\"{text.AsSpan(0, MaxCharacters)}…\"",
        byte[] => Of(value),
        IReadOnlyDictionary<string, object?> record => Fields(record),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Take(MaxItems).Select(Show))}{(items is ICollection { Count: > MaxItems } ? ", …" : "")}]",
        _ => Of(value),
    };

    /// <summary>Names and values, as <c>{text: "abc", label: 1}</c>.</summary>
    internal static string Fields(IEnumerable<KeyValuePair<string, object?>> fields) =>
        $"{{{string.Join(", ", fields.Select(field => $"{field.Key}: {Show(field.Value)}"))}}}";
}
