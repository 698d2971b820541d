using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>An open safetensors file. Its header is read and validated; tensors are read on request.</summary>
/// <remarks>
/// <para>
/// This class corresponds to <c>safetensors.safe_open</c> in Python. The whole header is validated when the file is opened (see
/// <see href="https://github.com/huggingface/safetensors"/> for the format), so the bytes of each tensor are inside the file and match its
/// shape.
/// </para>
/// <para>
/// The file must not be truncated or overwritten in place while it is open. It can be replaced: another file can be renamed to its path, as
/// this library does when it saves a file. On Windows, the file can be replaced only after <see cref="Dispose"/>, and after the tensors
/// from <see cref="Map"/> have been disposed.
/// </para>
/// <para>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class SafetensorsFile : ITensorFile
{
    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header) => (_file, _header) = (file, header);

    /// <summary>Opens a file and validates its header.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="CheckpointException">The file does not exist, cannot be read, or is not a valid safetensors file. The message names
    /// the file and the cause.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new MappedFile(path);
        try
        {
            Span<byte> firstBytes = stackalloc byte[(int)Math.Min(SafetensorsHeader.LengthBytes, file.Length)];
            file.Read(firstBytes, 0);
            var json = new byte[SafetensorsHeader.ReadLength(path, firstBytes, file.Length)];
            file.Read(json, SafetensorsHeader.LengthBytes);
            return new SafetensorsFile(file, SafetensorsHeader.Parse(path, json, file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path of the file, as passed to <see cref="Open"/>.</summary>
    public string Path => _file.Path;

    /// <summary>The metadata in the header, such as <c>format</c>: <c>pt</c>. Empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The entries of all tensors by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _header.Tensors;

    /// <summary>Reads a tensor into new memory.</summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <param name="device">The device of the tensor. Default: the CPU.</param>
    /// <returns>A tensor with the dtype and shape in the file, independent of the file. The caller disposes it.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, TorchSharp does not support its dtype, or the file was
    /// truncated after it was opened.</exception>
    public Tensor Read(string name, Device? device = null) => this.ReadTensor(name, device);

    /// <summary>Copies the values of a tensor into an existing tensor, such as a parameter of a model. The dtype is converted if it
    /// differs; <c>F8_E4M3</c> and <c>F8_E5M2</c> are supported too.</summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <param name="target">The destination, on any device. It is written in place, without recording gradients, and must have the same
    /// shape; broadcasting is not supported.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, its shape differs from the shape of <paramref name="target"/>, or
    /// TorchSharp does not support its dtype.</exception>
    public void CopyTo(string name, Tensor target) => this.CopyTensor(name, target);

    /// <summary>Creates a tensor whose memory is the mapped file. Values are not copied, and are read from the disk when they are first
    /// used.</summary>
    /// <remarks>
    /// <para>
    /// Use this method for tensors that are only read, such as tensors that are then copied into parameters or moved to a device. The
    /// mapping exists as long as any tensor uses it, even after <see cref="Dispose"/>.
    /// </para>
    /// <para>
    /// The pages are copy-on-write: an in-place operation changes the values for this process (for all tensors that are mapped from this
    /// object), but not the file. To train a tensor, use <see cref="Read"/>. If another program truncates the file, the operating system
    /// ends a process that accesses the missing pages.
    /// </para>
    /// <para>
    /// If the tensor is not aligned to its element size in the file, the result is a copy, as from <see cref="Read"/>. Files written by
    /// this library or the reference implementation are aligned.
    /// </para>
    /// </remarks>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <returns>A CPU tensor with the dtype and shape in the file. The caller disposes it.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or TorchSharp does not support its dtype.</exception>
    public Tensor Map(string name)
    {
        var entry = this.Entry(name);
        var dtype = this.TorchType(entry);
        var offset = _header.DataStart + entry.Start;
        return entry.Length == 0 || offset % (SafetensorsDtypes.BitsOf(entry.Dtype) / 8) != 0
            ? Read(name)
            : MappedTensor.Over(_file, offset, [.. entry.Shape], dtype);
    }

    /// <summary>
    /// Gets the bytes of a tensor as stored in the file, in little-endian order. Supports all dtypes, including those that TorchSharp does
    /// not support.
    /// </summary>
    /// <param name="name">The name of the tensor, a key of <see cref="Tensors"/>.</param>
    /// <returns>A view of the mapped file, valid until <see cref="Dispose"/>.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or the tensor is larger than the maximum size of a span (2
    /// GiB).</exception>
    public unsafe ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = this.Entry(name);
        if (entry.Length > int.MaxValue)
            throw new CheckpointException($"'{Path}': tensor '{name}' has {entry.Length} bytes, more than the maximum size of a span. "
                + $"Use {nameof(Read)} or {nameof(Map)}.");
        return entry.Length == 0 ? default : new ReadOnlySpan<byte>(_file.AddressOf(_header.DataStart + entry.Start), (int)entry.Length);
    }

    /// <summary>Closes the file. Tensors that were read or mapped remain valid; spans from <see cref="Bytes"/> do not.</summary>
    public void Dispose() => _file.Dispose();

    void ITensorFile.ReadInto(TensorEntry entry, Tensor target) =>
        TensorBytes.ForEachPiece(target, (piece, offset) => _file.Read(piece, _header.DataStart + entry.Start + offset));
}
