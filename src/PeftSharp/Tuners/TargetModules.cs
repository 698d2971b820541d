using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// Specifies modules in one of two forms. The first form is a list of names, such as <c>["c_attn", "mlp.c_fc"]</c>, each of which is a
/// whole path or the end of a path. The second form is a string: a regular expression for whole paths, or <c>"all-linear"</c>.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
[JsonConverter(typeof(TargetModulesConverter))]
[CollectionBuilder(typeof(TargetModules), nameof(Create))]
public sealed class TargetModules : IEnumerable<string>, IEquatable<TargetModules>
{
    private const string AllLinearName = "all-linear";
    private readonly string[] _names;

    private TargetModules(string[] names, string? pattern) => (_names, Pattern) = (names, pattern);

    /// <summary>The value <c>all-linear</c>, which selects all linear layers. A language model's head and the modules that the adapter
    /// trains completely, such as the head of its task, are not selected.</summary>
    public static TargetModules AllLinear { get; } = new([], AllLinearName);

    /// <summary>The names of a list; empty for a string.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>
    /// The regular expression, or <c>all-linear</c>; null for a list. The syntax is .NET's; Python's <c>(?P&lt;name&gt;…)</c> is supported
    /// as well.
    /// </summary>
    public string? Pattern { get; }

    /// <summary>Whether the value is <c>all-linear</c>, in upper or lower case.</summary>
    public bool IsAllLinear => string.Equals(Pattern, AllLinearName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Creates an instance from a list of names.</summary>
    /// <param name="names">Paths of modules, or the ends of their paths.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static TargetModules Create(ReadOnlySpan<string> names)
    {
        foreach (var name in names) ArgumentException.ThrowIfNullOrEmpty(name, nameof(names));
        return new TargetModules(names.ToArray(), null);
    }

    /// <summary>Creates an instance from a regular expression or <c>all-linear</c>.</summary>
    /// <param name="pattern">A regular expression for whole paths, or <c>all-linear</c>.</param>
    /// <exception cref="ArgumentException">The string is empty.</exception>
    public static TargetModules FromString(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new TargetModules([], pattern);
    }

    /// <summary>Converts a regular expression or <c>all-linear</c>.</summary>
    /// <param name="pattern">A regular expression for whole paths, or <c>all-linear</c>.</param>
    public static implicit operator TargetModules(string pattern) => FromString(pattern);

    /// <summary>Converts a list of names.</summary>
    /// <param name="names">Paths of modules, or the ends of their paths.</param>
    public static implicit operator TargetModules(string[] names) => Create(names);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(TargetModules? other) =>
        other is not null && Pattern == other.Pattern && _names.ToHashSet(StringComparer.Ordinal).SetEquals(other._names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TargetModules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Pattern, _names.Length);

    /// <inheritdoc/>
    public override string ToString() => Pattern is null ? $"[{string.Join(", ", _names.Select(name => $"'{name}'"))}]" : $"'{Pattern}'";
}
