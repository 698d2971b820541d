using System.Text;

namespace PeftSharp.Serialization;

/// <summary>Reads the format of <c>torch.save</c> since PyTorch 1.6: a zip file with a pickle (<c>data.pkl</c>) and one entry for each
/// storage (<c>data/0</c>).</summary>
internal static class ZipArchiveReader
{
    private const string Pickle = "/data.pkl";

    /// <summary>Reads the value and finds the storages of its tensors.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or contains something other than data.</exception>
    internal static object? Read(MappedFile file, bool ignoresArrays)
    {
        var zip = new ZipIndex(file);
        var name = zip.Names.Where(entry => entry.EndsWith(Pickle, StringComparison.Ordinal) && entry.Count(c => c == '/') == 1).ToArray()
            is [var only] ? only : throw new InvalidDataException("it does not contain exactly one entry 'data.pkl' in a folder");
        var folder = name[..^Pickle.Length];
        if (zip.Names.FirstOrDefault(entry => entry == $"{folder}/constants.pkl"
            || entry.StartsWith($"{folder}/code/", StringComparison.Ordinal)) is { } code)
            throw new InvalidDataException($"it is a TorchScript archive ('{code}'), which contains a program. "
                + "Save the state_dict of the model instead: torch.save(model.state_dict(), path)");
        if (zip.Find($"{folder}/byteorder") is { } order && Text(file, order) is var text and not "little")
            throw new InvalidDataException($"its byte order is '{text}'; only little-endian files are supported");
        var (start, length) = zip.Find(name)!.Value;
        var storages = new PickleStorages();
        var value = new PickleReader(new PickleInput(file, start, start + length), storages, ignoresArrays).Read();
        foreach (var (key, storage) in storages.All)
        {
            var data = zip.Find($"{folder}/data/{key}") ?? throw new InvalidDataException(
                $"it does not contain the entry 'data/{key}' of a storage");
            if (data.Length != storage.Bytes)
                throw new InvalidDataException($"storage '{key}' should have {storage.Bytes} bytes, but its entry has {data.Length}");
            storage.Start = data.Start;
        }
        return value;
    }

    private static string Text(MappedFile file, (long Start, long Length) entry)
    {
        var bytes = new byte[Math.Min(entry.Length, 16)];
        file.Read(bytes, entry.Start);
        return Encoding.ASCII.GetString(bytes);
    }
}
