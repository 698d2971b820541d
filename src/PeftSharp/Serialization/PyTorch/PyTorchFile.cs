using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>
/// An open file of <c>torch.save</c> with tensors by name, such as <c>pytorch_model.bin</c>. Tensors are read on request.
/// </summary>
/// <remarks>
/// <para>
/// This class corresponds to <c>torch.load(path, weights_only=True)</c> in Python. The file is a pickle, which in Python can run any code.
/// This class reads only tensors and plain data, such as numbers, strings, bytes, lists, tuples, dictionaries and sets, and runs no code of
/// the file. If the file refers to any other class or function, a <see cref="CheckpointException"/> that contains the name of the class or
/// function is thrown. Both formats of <c>torch.save</c> are read: zip files, and the legacy format of PyTorch before 1.6.
/// </para>
/// <para>
/// The whole value is validated when the file is opened, so the elements of each tensor are inside the file. The file must not be changed
/// while it is open.
/// </para>
/// <para>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class PyTorchFile : ITensorFile
{
    private readonly PyTorchArchive _archive;
    private readonly OrderedDictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PickleTensor> _tensors = new(StringComparer.Ordinal);

    private PyTorchFile(PyTorchArchive archive) => _archive = archive;

    /// <summary>Opens a file that contains a dictionary of tensors (a <c>state_dict</c>).</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="CheckpointException">The file does not exist, cannot be read, is malformed, contains something other than tensors
    /// and plain data, or contains no dictionary with tensors. The message names the file and the cause.</exception>
    public static PyTorchFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new PyTorchFile(PyTorchArchive.Open(path));
        try
        {
            file.AddTensors();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path of the file, as passed to <see cref="Open"/>.</summary>
    public string Path => _archive.Path;

    /// <summary>The entries of all tensors by name, in the order of the file. Other values of the dictionary are not included.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _entries;

    IReadOnlyDictionary<string, string> ITensorFile.Metadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public Tensor Read(string name, Device? device = null) => this.ReadTensor(name, device);

    /// <inheritdoc cref="SafetensorsFile.CopyTo"/>
    public void CopyTo(string name, Tensor target) => this.CopyTensor(name, target);

    /// <summary>
    /// Creates a tensor whose memory is the mapped file. Values are not copied, and are read from the disk when they are first used. If the
    /// tensor is not aligned to its element size in the file, the result is a copy.
    /// </summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <returns>
    /// A CPU tensor with the dtype and shape in the file. As in Python, the tensor need not be contiguous, and the results for tensors that
    /// share memory in the file also share memory, unless they are copies. The caller disposes it.
    /// </returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or TorchSharp does not support its dtype.</exception>
    public Tensor Map(string name)
    {
        var entry = this.Entry(name);
        return _archive.Map(_tensors[name], this.TorchType(entry));
    }

    /// <summary>
    /// Gets the bytes of the elements of a tensor in order, little-endian. Supports all dtypes, including those that TorchSharp does not
    /// support.
    /// </summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <returns>
    /// A view of the mapped file, valid until <see cref="Dispose"/>; a copy if the elements are not contiguous in the file.
    /// </returns>
    /// <exception cref="CheckpointException">
    /// The file has no such tensor, or the tensor is larger than the maximum size of a span (2 GiB).
    /// </exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        this.Entry(name);
        return _archive.Bytes(_tensors[name]);
    }

    /// <summary>Closes the file. Tensors that were read or mapped remain valid; spans from <see cref="Bytes"/> do not.</summary>
    public void Dispose() => _archive.Dispose();

    void ITensorFile.ReadInto(TensorEntry entry, Tensor target) => _archive.ReadInto(_tensors[entry.Name], target);

    private void AddTensors()
    {
        if (_archive.Value is not PickleDictionary dictionary)
            throw new CheckpointException($"'{Path}' contains no dictionary, so it has no tensors with names. "
                + "Save the state_dict of the model: torch.save(model.state_dict(), path).");
        foreach (var (key, value) in dictionary.Items)
            if (key is string name && value is PickleTensor tensor)
            {
                _tensors.Add(name, tensor);
                _entries.Add(name, new TensorEntry(
                    name, tensor.Type, tensor.Shape, PyTorchArchive.StartOf(tensor), tensor.Elements * tensor.ElementBytes));
            }
        if (_entries.Count == 0)
            throw new CheckpointException($"'{Path}' contains "
                + (dictionary.Items.Count == 0 ? "an empty dictionary. "
                    : $"a dictionary without tensors; keys: {string.Join(", ", dictionary.Items.Keys.Take(5))}"
                        + (dictionary.Items.Count > 5 ? $" and {dictionary.Items.Count - 5} more. " : ". "))
                + "Save the state_dict of the model: torch.save(model.state_dict(), path).");
    }
}
