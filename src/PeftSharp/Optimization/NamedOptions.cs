using System.Globalization;
using System.Text.Json;

namespace PeftSharp.Optimization;

/// <summary>Reads the options of an optimizer or of a schedule by their Python names. Options that are not read are unknown.</summary>
/// <param name="owner">The owner of the options and the argument that they were given in, for messages.</param>
/// <param name="given">The options. Null: none.</param>
internal sealed class NamedOptions(string owner, IReadOnlyDictionary<string, object?>? given)
{
    private readonly IReadOnlyDictionary<string, object?> _given = given ?? new Dictionary<string, object?>();
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Returns a number; null if it is not given.</summary>
    internal double? Number(string name)
    {
        switch (Value(name))
        {
            case null:
                return null;
            case JsonElement { ValueKind: JsonValueKind.Number } json:
                return json.GetDouble();
            case string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed):
                return parsed;
            case IConvertible number and not (string or bool or char or DateTime):
                return number.ToDouble(CultureInfo.InvariantCulture);
            case var other:
                throw Error($"{name} must be a number, not '{other}'");
        }
    }

    /// <summary>Returns an integer; null if it is not given.</summary>
    internal int? Whole(string name, int atLeast)
    {
        var number = Number(name);
        if (number is { } value && (value != Math.Floor(value) || value < atLeast || value > int.MaxValue))
            throw Error($"{name} must be an integer of at least {atLeast}, not {Text(value)}");
        return (int?)number;
    }

    /// <summary>Returns true or false; false if it is not given.</summary>
    internal bool Flag(string name) => Value(name) switch
    {
        null => false,
        bool flag => flag,
        var other => throw Error($"{name} must be true or false, not '{other}'"),
    };

    /// <summary>Returns one of several named values; null if it is not given.</summary>
    internal T? Choice<T>(string name, params (string Word, T Value)[] choices) where T : struct
    {
        var word = Value(name) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
        if (word is null)
            return null;
        foreach (var choice in choices)
            if (choice.Word == word)
                return choice.Value;
        throw Error($"{name} is '{word}', but must be one of {string.Join(", ", choices.Select(choice => $"'{choice.Word}'"))}");
    }

    /// <exception cref="ArgumentException">An option was given that the owner does not have.</exception>
    internal void RefuseUnknown()
    {
        var unknown = _given.Keys.Where(name => !_known.Contains(name)).ToArray();
        if (unknown.Length > 0)
            throw Error(
                $"unknown: {string.Join(", ", unknown)}. Supported options: "
                + $"{(_known.Count == 0 ? "none" : string.Join(", ", _known))}");
    }

    internal ArgumentException Error(string what) => new($"Options of {owner}: {what}.");

    internal static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private object? Value(string name)
    {
        _known.Add(name);
        return _given.TryGetValue(name, out var value) && value is not JsonElement { ValueKind: JsonValueKind.Null } ? value : null;
    }
}
