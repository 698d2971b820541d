using System.Globalization;
using PeftSharp.Internal;

namespace PeftSharp.Optimization;

/// <summary>
/// Reads the options of an optimizer or of a schedule by their Python names. <see cref="RejectUnknown"/> rejects the options that were not
/// read.
/// </summary>
/// <param name="owner">The owner of the options and the argument that contains them, for messages.</param>
/// <param name="given">The options. Null: none.</param>
internal sealed class NamedOptions(string owner, IReadOnlyDictionary<string, object?>? given)
{
    private readonly IReadOnlyDictionary<string, object?> _given = given ?? new Dictionary<string, object?>();
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Returns a number; null if it is not given.</summary>
    internal double? Number(string name) => Read<double>(name);

    /// <summary>Returns an integer; null if it is not given.</summary>
    internal int? Whole(string name, int atLeast)
    {
        var number = Read<int>(name);
        return number is null || number >= atLeast
            ? number
            : throw Error($"{name} must be an integer of at least {atLeast}, not {number}");
    }

    /// <summary>Returns true or false; false if it is not given.</summary>
    internal bool Flag(string name) => Read<bool>(name) ?? false;

    /// <summary>Returns a member of an enumeration; null if it is not given.</summary>
    internal T? Choice<T>(string name) where T : struct, Enum
    {
        var choice = Read<T>(name);
        return choice is not { } value || Enum.IsDefined(value)
            ? choice
            : throw Error($"{name} is '{value}', but must be a member of {TypeName.Of(typeof(T))}: "
                + $"{string.Join(", ", Enum.GetNames<T>())}");
    }

    /// <exception cref="ArgumentException">An option was given that the owner does not have.</exception>
    internal void RejectUnknown()
    {
        var unknown = _given.Keys.Where(name => !_known.Contains(name)).ToArray();
        if (unknown.Length > 0)
            throw Error(
                $"unknown: {string.Join(", ", unknown)}. Supported options: "
                + $"{(_known.Count == 0 ? "none" : string.Join(", ", _known))}");
    }

    internal ArgumentException Error(string what) => new($"Options of {owner}: {what}.");

    internal static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private T? Read<T>(string name) where T : struct
    {
        _known.Add(name);
        return (T?)_given.GetValueOrDefault(name);
    }
}
