using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>
/// The tensors of a checkpoint by name. The checkpoint is a single safetensors file, or several files (shards) with an index.
/// <see cref="Open"/> also opens pickle files (<see cref="PyTorchFile"/>) if its parameter <c>allowPickle</c> is true.
/// </summary>
/// <remarks>
/// <para>All headers are read and validated when the checkpoint is opened. Values are read when they are requested.
/// As in transformers, a tensor that is in a shard but not in the index is included.</para>
/// <para>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class CheckpointTensors : IDisposable
{
    /// <summary>The name of the file in which transformers saves a model's weights.</summary>
    public const string DefaultFileName = "model.safetensors";

    private const string MixedSaves = "The files do not belong to the same save. Download all of them again.";

    private readonly List<ITensorFile> _files = [];
    private readonly OrderedDictionary<string, TensorEntry> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITensorFile> _fileOf = new(StringComparer.Ordinal);

    private CheckpointTensors() { }

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">A folder that contains <paramref name="fileName"/> or its index (<c>model.safetensors.index.json</c>), or the
    /// path of one of these files.</param>
    /// <param name="fileName">The name of the weights file in a folder. Default <c>model.safetensors</c>; peft's adapters use
    /// <c>adapter_model.safetensors</c>.</param>
    /// <param name="allowPickle">
    /// Whether a pickle file (<c>pytorch_model.bin</c>, <c>adapter_model.bin</c>, or its index) is opened if there is no safetensors file.
    /// Only tensors and plain data are read from it; no code in it is run. Default false.
    /// </param>
    /// <exception cref="CheckpointException">No weights file or index is found, only a pickle file is found and
    /// <paramref name="allowPickle"/> is false, a file is invalid, a shard listed in the index is missing or lacks a tensor, or two shards
    /// contain the same tensor.</exception>
    public static CheckpointTensors Open(string path, string fileName = DefaultFileName, bool allowPickle = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        var file = File.Exists(path) ? path : Locate(path, fileName, allowPickle);
        if (!allowPickle && WeightFiles.IsPickle(file))
            throw new CheckpointException($"'{path}': {WeightFiles.Remedy(Path.GetFileName(file))}");
        var checkpoint = new CheckpointTensors();
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                checkpoint.AddShards(file, allowPickle);
            else
                checkpoint.Add(OpenFile(file));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Saves tensors to a folder, in one file. If their total size exceeds <paramref name="maxShardSize"/>, they are split into
    /// several files with an index, as in transformers.</summary>
    /// <remarks>All files are written completely before the first file of an earlier save is replaced. Remaining files of the earlier
    /// save are deleted at the end. Tensors are split in the given order.</remarks>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="tensors">Tensors by name, on any device. Tensors that share memory are written once per name.</param>
    /// <param name="maxShardSize">Maximum size of the tensors in one file, such as <c>"5GB"</c> or <c>"200MB"</c>. A single tensor that
    /// is larger gets its own file. Default <c>"50GB"</c>, as in transformers.</param>
    /// <param name="fileName">The name of the weights file. Default <c>model.safetensors</c>.</param>
    /// <param name="metadata">
    /// Strings that are stored in the header of each file. Default: <c>format</c>: <c>pt</c> (<see cref="Safetensors.PyTorchMetadata"/>).
    /// </param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice or is reserved; a tensor is null, disposed, sparse, on the meta device or of a dtype that the format does not
    /// support; a name or a metadata value is not valid Unicode; a header exceeds the maximum size of the format (100 MB); or
    /// <paramref name="maxShardSize"/> is not a valid size.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full. An earlier save is then unchanged, unless the error
    /// occurs while the new files are renamed to their final names.</exception>
    public static void Save(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, string maxShardSize = "50GB",
        string fileName = DefaultFileName, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        new ShardedSave(folder, fileName, metadata ?? Safetensors.PyTorchMetadata)
            .Write([.. tensors], ByteSize.Parse(maxShardSize, nameof(maxShardSize)));
    }

    /// <summary>The entries of all tensors by name, in the order of the files.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    /// <summary>The metadata of the first file, such as <c>format</c>: <c>pt</c>. Empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _files[0].Metadata;

    /// <summary>The paths of the weights files, without the index.</summary>
    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public Tensor Read(string name, Device? device = null) => FileOf(name).Read(name, device);

    /// <inheritdoc cref="SafetensorsFile.CopyTo"/>
    public void CopyTo(string name, Tensor target) => FileOf(name).CopyTo(name, target);

    /// <inheritdoc cref="TensorFiles.RequireReadable"/>
    internal void RequireReadable(string name) => FileOf(name).RequireReadable(name);

    /// <inheritdoc cref="SafetensorsFile.Map"/>
    public Tensor Map(string name) => FileOf(name).Map(name);

    /// <summary>
    /// Gets the bytes of the elements of a tensor in order, little-endian. Supports all dtypes, including those that TorchSharp does not
    /// support.
    /// </summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <returns>
    /// A view of the mapped file, valid until <see cref="Dispose"/>; a copy if the elements in a pickle file are not contiguous.
    /// </returns>
    /// <exception cref="CheckpointException">
    /// The checkpoint has no such tensor, or the tensor is larger than the maximum size of a span (2 GiB).
    /// </exception>
    public ReadOnlySpan<byte> Bytes(string name) => FileOf(name).Bytes(name);

    /// <summary>Closes the files. Tensors that were read or mapped remain valid; spans from <see cref="Bytes"/> do not.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void AddShards(string index, bool allowPickle)
    {
        var folder = Path.GetDirectoryName(index) ?? "";
        var expected = ShardIndex.Read(index);
        foreach (var shard in expected.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, shard);
            if (!File.Exists(path))
                throw new CheckpointException($"'{index}' lists the file '{shard}', which is missing{FolderContents.Describe(folder)} "
                    + "Download the missing file.");
            if (!allowPickle && WeightFiles.IsPickle(shard)) throw new CheckpointException($"'{index}': {WeightFiles.Remedy(shard)}");
            Add(OpenFile(path));
        }
        foreach (var (tensor, shard) in expected)
        {
            if (!_fileOf.TryGetValue(tensor, out var file))
                throw new CheckpointException($"'{index}' lists tensor '{tensor}' in '{shard}', but that file does not contain it. "
                    + MixedSaves);
            if (Path.GetFileName(file.Path) != shard)
                throw new CheckpointException($"'{index}' lists tensor '{tensor}' in '{shard}', but it is in '{file.Path}'. {MixedSaves}");
        }
        if (_files.Count == 0)
            throw new CheckpointException($"'{index}' lists no tensors, so it is not the index of a checkpoint. Download it again.");
    }

    private void Add(ITensorFile file)
    {
        _files.Add(file);
        foreach (var (name, entry) in file.Tensors)
        {
            if (!_tensors.TryAdd(name, entry))
                throw new CheckpointException($"Tensor '{name}' is in both '{_fileOf[name].Path}' and '{file.Path}'; "
                    + $"a checkpoint contains each tensor once. {MixedSaves}");
            _fileOf.Add(name, file);
        }
    }

    private ITensorFile FileOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _fileOf.TryGetValue(name, out var file) ? file
            : throw new CheckpointException($"The checkpoint {string.Join(", ", Files.Select(path => $"'{path}'"))} has no tensor "
                + $"'{name}'{NameHint.For(name, Tensors.Keys)}");
    }

    private static ITensorFile OpenFile(string path) => WeightFiles.IsPickle(path) ? PyTorchFile.Open(path) : SafetensorsFile.Open(path);

    private static string Locate(string folder, string fileName, bool allowPickle)
    {
        string[] wanted = [.. WeightFiles.Candidates(fileName, allowPickle)];
        if (wanted.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } found) return found;
        var pickle = WeightFiles.Candidates(fileName, allowPickle: true).Except(wanted).FirstOrDefault(
            name => File.Exists(Path.Combine(folder, name)));
        throw new CheckpointException($"No checkpoint found in '{folder}'. "
            + $"Searched for {string.Join(" and ", wanted)}{FolderContents.Describe(folder)}"
            + (pickle is null ? "" : $" {WeightFiles.Remedy(pickle)}"));
    }
}
