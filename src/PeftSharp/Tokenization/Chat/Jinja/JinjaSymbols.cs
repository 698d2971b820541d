namespace PeftSharp.Tokenization;

/// <summary>The variables of a scope while the uses of the variables are analyzed.</summary>
internal sealed class JinjaSymbols
{
    internal OrderedDictionary<string, JinjaLoad> Loads { get; private init; } = new(StringComparer.Ordinal);

    internal HashSet<string> Stores { get; private init; } = new(StringComparer.Ordinal);

    internal JinjaSymbols Copy() => new() { Loads = new(Loads, StringComparer.Ordinal), Stores = new(Stores, StringComparer.Ordinal) };
}
