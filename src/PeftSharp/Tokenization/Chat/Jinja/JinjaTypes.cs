using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The types of values: their names in Python, truth, length and iteration, and conversion from JSON.</summary>
/// <remarks>
/// None is null; Booleans, strings and floats are the .NET types; integers are <see cref="long"/>, or <see cref="BigInteger"/> if they are
/// larger; lists are <see cref="List{T}"/>.
/// </remarks>
internal static class JinjaTypes
{
    internal static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        JinjaSafeText => "Markup",
        List<object?> => "list",
        JinjaTuple => "tuple",
        JinjaDict => "dict",
        JinjaRange => "range",
        JinjaGenerator => "generator",
        JinjaView view => $"dict_{view.Name}",
        JinjaNamespace => "namespace",
        JinjaUndefined => "undefined",
        JinjaLoop => "loop",
        _ => "function",
    };

    internal static string Describe(object? value) => value is null ? "None" : $"A value of the type {Name(value)}";

    internal static bool Truth(object? value) => value switch
    {
        null or false or 0L or 0.0 or "" or JinjaUndefined => false,
        string or bool or long or double => true,
        _ => LengthOrNull(value) != 0,
    };

    internal static int? LengthOrNull(object? value) => value switch
    {
        string text => JinjaText.Length(text),
        JinjaSafeText safe => JinjaText.Length(safe.Text),
        List<object?> list => list.Count,
        JinjaTuple tuple => tuple.Items.Length,
        JinjaDict dict => dict.Count,
        JinjaView view => view.Dict.Count,
        JinjaRange range => range.Count,
        JinjaLoop loop => loop.Length,
        JinjaUndefined => 0,
        _ => null,
    };

    internal static int Length(object? value) =>
        LengthOrNull(value) ?? throw new JinjaFault($"{Describe(value)} has no length.");

    /// <exception cref="JinjaFault">The value cannot be iterated.</exception>
    internal static IEnumerable<object?> Iterate(object? value) => TryIterate(value)
        ?? throw new JinjaFault($"{Describe(value)} cannot be iterated.");

    internal static IEnumerable<object?>? TryIterate(object? value) => value switch
    {
        string text => JinjaText.Characters(text),
        JinjaSafeText safe => JinjaText.Characters(safe.Text),
        List<object?> list => list,
        JinjaTuple tuple => tuple.Items,
        JinjaDict dict => dict.Keys,
        JinjaView view => view.Items,
        JinjaRange range => range,
        JinjaGenerator generator => generator,
        JinjaUndefined => [],
        _ => null,
    };

    /// <summary>The elements of a value as a list, each counted as a step.</summary>
    internal static List<object?> ToList(JinjaRun run, object? value)
    {
        var list = new List<object?>();
        foreach (var item in Iterate(value))
        {
            run.Charge(1);
            list.Add(item);
        }
        return list;
    }

    /// <summary>The text of a string.</summary>
    /// <exception cref="JinjaFault">The value is not a string.</exception>
    internal static string Text(object? value) => value switch
    {
        string text => text,
        JinjaSafeText safe => safe.Text,
        JinjaUndefined undefined => throw undefined.Fail(),
        _ => throw new JinjaFault($"{Describe(value)} was passed where a string is expected."),
    };

    /// <summary>Converts JSON to a value.</summary>
    internal static object? FromJson(JsonNode? node)
    {
        JinjaRun.RequireStack();
        switch (node)
        {
            case null:
                return null;
            case JsonArray items:
                return items.Select(FromJson).ToList();
            case JsonObject fields:
                var dict = new JinjaDict();
                foreach (var (name, value) in fields)
                    dict.Set(name, FromJson(value));
                return dict;
            default:
                return FromJson((JsonValue)node);
        }
    }

    private static object FromJson(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.TryGetValue(out string? text) ? text : value.ToString(),
        _ => JinjaNumbers.FromJson(value),
    };
}
