namespace PeftSharp.Tokenization;

/// <summary>A dictionary in the order of insertion. Keys are equal as in Python: 1, 1.0 and true are the same key.</summary>
internal sealed class JinjaDict
{
    private readonly OrderedDictionary<object, object?> _items = new(JinjaEquality.Instance);

    internal int Count => _items.Count;

    internal IEnumerable<object> Keys => _items.Keys;

    internal IEnumerable<object?> Values => _items.Values;

    internal IEnumerable<KeyValuePair<object, object?>> Items => _items;

    internal bool TryGet(object? key, out object? value) => _items.TryGetValue(Hashable(key), out value);

    internal bool Contains(object? key) => _items.ContainsKey(Hashable(key));

    internal void Set(object? key, object? value) => _items[Hashable(key)] = value;

    private static object Hashable(object? key) => key switch
    {
        null => throw JinjaFault.Unsupported("None as the key of a dictionary is not supported."),
        List<object?> or JinjaDict => throw new JinjaFault($"{JinjaTypes.Describe(key)} cannot be the key of a dictionary."),
        _ => key,
    };
}
