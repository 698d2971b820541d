namespace PeftSharp.Tokenization;

/// <summary>The supported components of one kind, by their <c>type</c> in tokenizer.json.</summary>
/// <remarks>Thread safety: all members can be called from several threads at once.</remarks>
internal sealed class ComponentList<T>(string kind, IReadOnlyDictionary<string, Func<JsonPart, T>> builtIn) where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Func<JsonPart, T>> _readers = new(builtIn, StringComparer.Ordinal);

    /// <summary>The supported types, in alphabetical order.</summary>
    internal IReadOnlyList<string> Types
    {
        get { lock (_gate) return [.. _readers.Keys.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>Adds a type, or replaces the type of the same name.</summary>
    internal void Add(string type, Func<JsonPart, T> read)
    {
        lock (_gate) _readers[type] = read;
    }

    /// <summary>Creates the component that a part of tokenizer.json describes.</summary>
    /// <param name="part">The part.</param>
    /// <param name="typeIfAbsent">The type to use if the part has no field <c>type</c>; null: the field is required.</param>
    /// <exception cref="TokenizerException">The type is not supported, or a field is missing or malformed.</exception>
    internal T Read(JsonPart part, string? typeIfAbsent = null)
    {
        var type = typeIfAbsent is null ? part.Text("type") : part.TextOrNull("type") ?? typeIfAbsent;
        Func<JsonPart, T>? read;
        lock (_gate) _readers.TryGetValue(type, out read);
        return read is not null
            ? read(part)
            : throw new TokenizerException($"'{part.File}' uses the {kind} '{type}' at {part.Path}, which is not supported. "
                + $"Supported types: {string.Join(", ", Types)}.");
    }

    /// <summary>Creates the component that a part describes; null if the part is null or absent.</summary>
    internal T? ReadOptional(JsonPart part) => part.IsNull ? null : Read(part);

    /// <summary>Creates the components of a list.</summary>
    internal IReadOnlyList<T> ReadItems(JsonPart part, string field) => [.. part.Items(field).Select(item => Read(item))];
}
