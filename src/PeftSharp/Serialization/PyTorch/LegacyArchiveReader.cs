using System.Numerics;

namespace PeftSharp.Serialization;

/// <summary>Reads the format of <c>torch.save</c> before PyTorch 1.6: five pickles (a magic number, the version, properties of the machine,
/// the value and the names of the storages), then the storages, each preceded by its number of elements.</summary>
internal static class LegacyArchiveReader
{
    private const long Version = 1001;
    private static readonly BigInteger _magic = new(Start[4..14]);

    /// <summary>The first bytes of a file: the magic number as a pickle of protocol 2.</summary>
    internal static ReadOnlySpan<byte> Start => [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Reads the value and finds the storages of its tensors.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or contains something other than data.</exception>
    internal static object? Read(MappedFile file, bool ignoresArrays)
    {
        var input = new PickleInput(file, 0, file.Length);
        var storages = new PickleStorages();
        if (Next(input, storages) is not BigInteger magic || magic != _magic || Next(input, storages) is not Version)
            throw new InvalidDataException("its version is not supported");
        if (Next(input, storages) is not PickleDictionary machine || machine["little_endian"] is not true)
            throw new InvalidDataException("its byte order is not little-endian");
        var value = Next(input, storages, ignoresArrays);
        if (Next(input, storages) is not List<object?> keys) throw new InvalidDataException("it does not list its storages");
        var position = input.Position;
        var found = new HashSet<string>(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[8];
        foreach (var key in keys)
        {
            if (key is not string name || !storages.All.TryGetValue(name, out var storage) || !found.Add(name))
                throw new InvalidDataException($"it lists the storage '{key}' twice, or no tensor uses this storage");
            if (position > file.Length - count.Length) throw new InvalidDataException($"it ends before storage '{name}'");
            file.Read(count, position);
            var width = storage.Type is { } type ? SafetensorsDtypes.BitsOf(type) / 8 : 1;
            storage.Start = position + count.Length;
            if (BitConverter.ToInt64(count) != storage.Bytes / width || storage.Start > file.Length - storage.Bytes)
                throw new InvalidDataException(
                    $"storage '{name}' has another size than the pickle states, or ends after the end of the file");
            position = storage.Start + storage.Bytes;
        }
        return found.Count == storages.All.Count ? value : throw new InvalidDataException("the storage of a tensor is missing in it");
    }

    private static object? Next(PickleInput input, PickleStorages storages, bool ignoresArrays = false) =>
        new PickleReader(input, storages, ignoresArrays).Read();
}
