namespace PeftSharp.Serialization;

/// <summary>A <c>dict</c> or an <c>OrderedDict</c> of a pickle, in the order of insertion.</summary>
internal sealed class PickleDictionary
{
    private readonly OrderedDictionary<object, object?> _items = new(PickleKeyComparer.Instance);

    /// <summary>The entries.</summary>
    internal IReadOnlyDictionary<object, object?> Items => _items;

    /// <summary>The value of a key. Null if the key is missing or its value is None.</summary>
    internal object? this[object key] => _items.GetValueOrDefault(key);

    /// <exception cref="InvalidDataException">The key is not a string, a number, a Boolean or bytes.</exception>
    internal void Set(object? key, object? value) => _items[CheckKey(key)] = value;

    /// <summary>
    /// Rejects keys that contain other objects, because a file could make the calculation of their hash codes arbitrarily slow.
    /// </summary>
    internal static object CheckKey(object? key) => key is byte[] or string or long or double or bool ? key
        : throw new InvalidDataException("a key of a dictionary or an element of a set is not a string, a number or bytes");
}
