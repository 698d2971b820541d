namespace PeftSharp.Serialization;

/// <summary>The memory of one or more tensors in a file of <c>torch.save</c>.</summary>
/// <param name="Key">The name of the storage in the file.</param>
/// <param name="Type">The element type. Null: bytes whose type the tensor states (<c>torch.storage.UntypedStorage</c>).</param>
/// <param name="Bytes">Size in bytes.</param>
internal sealed record PickleStorage(string Key, SafetensorsDtype? Type, long Bytes)
{
    /// <summary>
    /// The offset of the first byte of the storage in the file. It is set after the positions of the storages have been read.
    /// </summary>
    internal long Start { get; set; }
}
