namespace PeftSharp.Serialization;

/// <summary>The storages to which a pickle refers, by name.</summary>
internal sealed class PickleStorages
{
    /// <summary>The type of a storage without an element type.</summary>
    internal const string Untyped = "torch.storage.UntypedStorage";

    private readonly OrderedDictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The storages.</summary>
    internal IReadOnlyDictionary<string, PickleStorage> All => _storages;

    /// <summary>Returns the storage of a reference: <c>("storage", type, key, device, number of elements)</c>.</summary>
    /// <exception cref="InvalidDataException">
    /// The reference does not refer to a storage, or contradicts an earlier reference to the same storage.
    /// </exception>
    internal PickleStorage Find(object? reference)
    {
        // In files of the legacy format, a reference has a sixth element. It is not null if the storage is a view of another storage, which
        // is not supported.
        if (reference is not object?[] { Length: 5 or 6 } fields
            || fields is not ["storage", PickleGlobal type, string key, string, long count, ..]
            || (fields.Length == 6 && fields[5] is not null))
            throw new InvalidDataException("a persistent reference does not refer to the storage of a tensor");
        if (type.ElementType is null && type.Name != Untyped)
            throw new InvalidDataException($"'{type.Name}' is used as the type of a storage, but is not a storage type");
        var width = type.ElementType is { } element ? SafetensorsDtypes.BitsOf(element) / 8 : 1;
        if (count < 0 || count > long.MaxValue / width)
            throw new InvalidDataException($"storage '{key}' has {count} elements, which is not a valid number");
        var storage = new PickleStorage(key, type.ElementType, count * width);
        if (!_storages.TryGetValue(key, out var known))
        {
            _storages.Add(key, storage);
            return storage;
        }
        return known.Type == storage.Type && known.Bytes == storage.Bytes ? known
            : throw new InvalidDataException($"storage '{key}' has two types or sizes");
    }
}
