using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Loads and saves whole safetensors files, as <c>safetensors.torch.load_file</c> and <c>save_file</c> do in Python.</summary>
public static class Safetensors
{
    /// <summary>The metadata that transformers and peft write: <c>format</c>: <c>pt</c>.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } =
        new Dictionary<string, string> { ["format"] = "pt" }.AsReadOnly();

    /// <summary>Loads all tensors of a file into memory.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="device">The device of the tensors. Default: the CPU.</param>
    /// <returns>The tensors by name. The caller disposes them.</returns>
    /// <exception cref="CheckpointException">The file does not exist, cannot be read, is not a valid safetensors file, or contains a
    /// dtype that TorchSharp does not support.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null)
    {
        using var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>(file.Tensors.Count, StringComparer.Ordinal);
        try
        {
            foreach (var name in file.Tensors.Keys)
                tensors.Add(name, file.Read(name, device));
            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    /// <summary>Saves tensors to a file, in the layout of the reference implementation. If an error occurs, an existing file is
    /// unchanged.</summary>
    /// <param name="path">The path of the file. Its folder must exist.</param>
    /// <param name="tensors">Tensors by name, on any device, contiguous or not. Tensors that share memory are written once per
    /// name.</param>
    /// <param name="metadata">
    /// Strings that are stored in the header. Default: <c>format</c>: <c>pt</c> (<see cref="PyTorchMetadata"/>), which transformers
    /// requires.
    /// </param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved; a tensor is null, disposed, sparse, on the meta device or of
    /// a dtype that the format does not support; a name or a metadata value is not valid Unicode; or the header exceeds the maximum size of
    /// the format (100 MB).</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, new SafetensorsWriter(tensors, metadata ?? PyTorchMetadata).WriteTo);
    }

    /// <summary>
    /// Saves tensors to a file, in the layout of the reference implementation. If an error occurs, an existing file is unchanged.
    /// </summary>
    /// <param name="path">The path of the file. Its folder must exist.</param>
    /// <param name="tensors">Names and tensors, such as the result of a module's <c>named_parameters()</c>.</param>
    /// <param name="metadata">
    /// Strings that are stored in the header. Default: <c>format</c>: <c>pt</c> (<see cref="PyTorchMetadata"/>), which transformers
    /// requires.
    /// </param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved; a tensor is null, disposed, sparse, on the meta device or of
    /// a dtype that the format does not support; a name or a metadata value is not valid Unicode; or the header exceeds the maximum size of
    /// the format (100 MB).</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static void Save(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Save(path, tensors.Select(item => KeyValuePair.Create(item.Name, item.Tensor)), metadata);
    }
}
