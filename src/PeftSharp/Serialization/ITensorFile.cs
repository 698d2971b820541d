using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>A file of tensors by name: <see cref="SafetensorsFile"/> or <see cref="PyTorchFile"/>.</summary>
internal interface ITensorFile : IDisposable
{
    string Path { get; }

    IReadOnlyDictionary<string, string> Metadata { get; }

    IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    Tensor Read(string name, Device? device = null);

    void CopyTo(string name, Tensor target);

    Tensor Map(string name);

    ReadOnlySpan<byte> Bytes(string name);

    /// <summary>Reads a tensor into a contiguous CPU tensor of its type and shape.</summary>
    void ReadInto(TensorEntry entry, Tensor target);
}
