using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Whole safetensors files in one call: Python's <c>safetensors.torch.load_file</c> and <c>save_file</c>.</summary>
public static class Safetensors
{
    /// <summary>What transformers and peft write beside the tensors: <c>format</c>: <c>pt</c>.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" }.AsReadOnly();

    /// <summary>Reads all tensors of a file into memory of their own.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors go; the CPU unless given.</param>
    /// <returns>The tensors by name; they belong to the caller.</returns>
    /// <exception cref="CheckpointException">The file is absent, unreadable, breaks the format, or holds a dtype that torch lacks.</exception>
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

    /// <summary>Writes tensors to a file, in the reference writer's layout. The file is whole or, on any error, what it was before.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Tensors by name, on any device, contiguous or not. Two names of the same memory are both written.</param>
    /// <param name="metadata">Strings to carry along; <see cref="PyTorchMetadata"/> unless given, as transformers needs it.</param>
    /// <exception cref="ArgumentException">A name stands twice or is reserved, or a tensor is disposed, sparse or of a dtype that the format lacks.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, new SafetensorsWriter(tensors, metadata ?? PyTorchMetadata).WriteTo);
    }

    /// <summary>Writes tensors to a file; see <see cref="Save(string, IEnumerable{KeyValuePair{string, Tensor}}, IReadOnlyDictionary{string, string})"/>.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Names and tensors, as a module's <c>named_parameters()</c> gives them.</param>
    /// <param name="metadata">Strings to carry along; <see cref="PyTorchMetadata"/> unless given.</param>
    /// <exception cref="ArgumentException">As above.</exception>
    /// <exception cref="IOException">As above.</exception>
    public static void Save(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Save(path, tensors.Select(item => KeyValuePair.Create(item.Name, item.Tensor)), metadata);
    }
}
