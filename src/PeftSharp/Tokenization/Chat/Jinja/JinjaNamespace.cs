namespace PeftSharp.Tokenization;

/// <summary>An object whose attributes can be assigned with <c>{% set ns.name = … %}</c>.</summary>
internal sealed class JinjaNamespace
{
    internal Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);

    /// <exception cref="JinjaFault">The name starts with an underscore.</exception>
    internal void Set(string name, object? value) => Attributes[name] = name.StartsWith('_')
        ? throw new JinjaFault($"The attribute '{name}' of a namespace starts with an underscore. Rename it.")
        : value;
}
