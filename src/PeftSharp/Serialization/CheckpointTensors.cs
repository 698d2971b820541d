using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>The tensors of a checkpoint by name, whether it is one file or several with an index.</summary>
/// <remarks>
/// <para>All headers are read and checked on opening, the values when asked for.
/// A tensor that stands in a part without standing in the index is there too, as in transformers.</para>
/// <para>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class CheckpointTensors : IDisposable
{
    /// <summary>The file that transformers saves a model's weights to.</summary>
    public const string DefaultFileName = "model.safetensors";

    private readonly List<SafetensorsFile> _files = [];
    private readonly OrderedDictionary<string, TensorEntry> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);

    private CheckpointTensors() { }

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">A folder, where <paramref name="fileName"/> is looked for and then its index (<c>model.safetensors.index.json</c>); or one of these files itself.</param>
    /// <param name="fileName">The weights' file in a folder; <c>adapter_model.safetensors</c> for peft's adapters.</param>
    /// <exception cref="CheckpointException">Nothing of the kind is there, a file is unsound, a part that the index names is missing, or lacks a tensor, or two parts hold the same one.</exception>
    public static CheckpointTensors Open(string path, string fileName = DefaultFileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        var file = File.Exists(path) ? path : Locate(path, fileName);
        var checkpoint = new CheckpointTensors();
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                checkpoint.AddShards(file);
            else
                checkpoint.Add(SafetensorsFile.Open(file));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Saves tensors into a folder: in one file, or, where they are more than <paramref name="maxShardSize"/>, in several with an index, as transformers splits them.</summary>
    /// <remarks>Everything is written in full before the first file of an older save is replaced; what is left of that save is removed at the end. Tensors are split in the order given.</remarks>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="tensors">Tensors by name, on any device. Two names of the same memory are both written.</param>
    /// <param name="maxShardSize">The most bytes of tensors per file, such as <c>"5GB"</c> or <c>"200MB"</c>; a larger single tensor gets a file of its own. Default <c>"50GB"</c>, as in transformers.</param>
    /// <param name="fileName">The weights' file.</param>
    /// <param name="metadata">Strings to carry along in each file; <see cref="Safetensors.PyTorchMetadata"/> unless given.</param>
    /// <exception cref="ArgumentException">A name stands twice or is reserved, a tensor has a dtype that the format lacks, or the size is no size.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full; the older save is whole then.</exception>
    public static void Save(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, string maxShardSize = "50GB",
        string fileName = DefaultFileName, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        new ShardedSave(folder, fileName, metadata ?? Safetensors.PyTorchMetadata).Write([.. tensors], ByteSize.Parse(maxShardSize, nameof(maxShardSize)));
    }

    /// <summary>What the checkpoint holds, by name, in the order of its files.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    /// <summary>The strings that the (first) file carries beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _files[0].Metadata;

    /// <summary>The paths of the files.</summary>
    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public Tensor Read(string name, Device? device = null) => FileOf(name).Read(name, device);

    /// <inheritdoc cref="SafetensorsFile.CopyTo"/>
    public void CopyTo(string name, Tensor target) => FileOf(name).CopyTo(name, target);

    /// <inheritdoc cref="SafetensorsFile.Map"/>
    public Tensor Map(string name) => FileOf(name).Map(name);

    /// <inheritdoc cref="SafetensorsFile.Bytes"/>
    public ReadOnlySpan<byte> Bytes(string name) => FileOf(name).Bytes(name);

    /// <summary>Closes the files. Tensors that were read or mapped stay valid.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void AddShards(string index)
    {
        var folder = Path.GetDirectoryName(index) ?? "";
        var expected = ShardIndex.Read(index);
        foreach (var shard in expected.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, shard);
            if (!File.Exists(path))
                throw new CheckpointException($"'{index}' names '{shard}', which is missing{FolderContents.Describe(folder)} Fetch the missing file.");
            Add(SafetensorsFile.Open(path));
        }
        foreach (var (tensor, shard) in expected)
        {
            if (!_fileOf.TryGetValue(tensor, out var file))
                throw new CheckpointException($"'{index}' says that '{shard}' holds tensor '{tensor}', and it does not. The index and its files are not of the same save: fetch all of them again.");
            if (Path.GetFileName(file.Path) != shard)
                throw new CheckpointException($"'{index}' says that '{shard}' holds tensor '{tensor}', and '{file.Path}' holds it. The index and its files are not of the same save: fetch all of them again.");
        }
        if (_files.Count == 0)
            throw new CheckpointException($"'{index}' names no tensor and no file; it is no index of a checkpoint. Fetch it again.");
    }

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (var (name, entry) in file.Tensors)
        {
            if (!_tensors.TryAdd(name, entry))
                throw new CheckpointException($"Tensor '{name}' is in '{_fileOf[name].Path}' and in '{file.Path}'; a checkpoint holds each once. The files are not of the same save: fetch all of them again.");
            _fileOf.Add(name, file);
        }
    }

    private SafetensorsFile FileOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _fileOf.TryGetValue(name, out var file) ? file
            : throw new CheckpointException($"The checkpoint of {string.Join(", ", Files.Select(path => $"'{path}'"))} has no tensor '{name}'{NameHint.For(name, Tensors.Keys)}");
    }

    private static string Locate(string folder, string fileName)
    {
        string[] wanted = [fileName, ShardIndex.NameFor(fileName)];
        var found = wanted.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (found is not null)
            return found;
        var pickle = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.bin").Select(Path.GetFileName).FirstOrDefault(name => name!.StartsWith("pytorch_model", StringComparison.Ordinal) || name.StartsWith("adapter_model", StringComparison.Ordinal))
            : null;
        throw new CheckpointException($"No checkpoint in '{folder}': looked for {string.Join(" and ", wanted)}{FolderContents.Describe(folder)}" + (pickle is null ? ""
            : $" '{pickle}' is a pickle, which is not read: it can run code. Convert it once with Python: AutoModel.from_pretrained(folder).save_pretrained(folder) writes {fileName}."));
    }
}
