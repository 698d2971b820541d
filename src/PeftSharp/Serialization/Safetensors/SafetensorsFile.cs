using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>A safetensors file, opened: its header is read and checked, its tensors are read when asked for.</summary>
/// <remarks>
/// <para>Python's <c>safetensors.safe_open</c>. The whole header is checked on opening (see <see href="https://github.com/huggingface/safetensors"/> for the format),
/// so a tensor's bytes lie inside the file and fit its shape.</para>
/// <para>The file must not be cut or rewritten in place while it is open; replacing it by a renamed one, as this library saves, is fine (on Windows: after <see cref="Dispose"/>).</para>
/// <para>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</para>
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header) => (_file, _header) = (file, header);

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is absent, unreadable or breaks a rule of the format; the message names file, tensor and rule.</exception>
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

    /// <summary>The file's path, as it was given.</summary>
    public string Path => _file.Path;

    /// <summary>The strings that the file carries beside its tensors, such as <c>format</c>: <c>pt</c>; empty where it carries none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>What the file holds, by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _header.Tensors;

    /// <summary>Reads a tensor into memory of its own.</summary>
    /// <param name="name">A name of <see cref="Tensors"/>.</param>
    /// <param name="device">Where the tensor goes; the CPU unless given.</param>
    /// <returns>A tensor with the file's dtype and shape that has nothing more to do with the file.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, torch has no such dtype, or the file was cut since it was opened.</exception>
    public Tensor Read(string name, Device? device = null)
    {
        var entry = Entry(name);
        var tensor = empty(Sizes(entry), TorchType(entry), CPU);
        try
        {
            ReadInto(entry, tensor);
            if (device is null || device.type == TorchSharp.DeviceType.CPU)
                return tensor;
            using (tensor)
                return tensor.to(device);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Copies a tensor's values into one that exists, such as a model's parameter, converting the dtype where it differs.</summary>
    /// <param name="name">A name of <see cref="Tensors"/>.</param>
    /// <param name="target">Written in place, on any device, outside of autograd. Its shape must be the file's: nothing is broadcast.</param>
    /// <exception cref="CheckpointException">The file has no such tensor, its shape is another, or torch lacks its dtype.</exception>
    public void CopyTo(string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var entry = Entry(name);
        if (!entry.Shape.SequenceEqual(target.shape))
            throw new CheckpointException($"'{Path}': tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], and [{string.Join(", ", target.shape)}] is expected. "
                + "Check that the model's configuration belongs to these weights.");
        if (Float8.CanDecode(entry.Dtype))
        {
            using var decoded = Float8.Decode(Bytes(name), entry.Dtype, Sizes(entry));
            using var free = no_grad();
            target.copy_(decoded);
            return;
        }
        var dtype = TorchType(entry);
        if (target.device_type == TorchSharp.DeviceType.CPU && target.dtype == dtype && target.is_contiguous())
        {
            ReadInto(entry, target);
            return;
        }
        using var gradients = no_grad();
        using var source = Map(name).DetachFromDisposeScope();
        target.copy_(source);
    }

    /// <summary>A tensor over the file's mapped pages: nothing is read until it is used, and nothing is copied.</summary>
    /// <remarks>
    /// <para>For tensors that are read: copied into parameters, moved to a device. The pages live as long as any tensor over them, also after <see cref="Dispose"/>.</para>
    /// <para>They are private copies on write: an in-place operation changes them for this process only (for every tensor mapped from this object), never the file.
    /// Train on what <see cref="Read"/> gives instead. If another program cuts the file meanwhile, touching the lost pages ends the process.</para>
    /// <para>Where the file does not align the tensor to its element size (files of this library and of the reference writer do), the result is a copy as by <see cref="Read"/>.</para>
    /// </remarks>
    /// <param name="name">A name of <see cref="Tensors"/>.</param>
    /// <returns>A CPU tensor with the file's dtype and shape.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or torch has no such dtype.</exception>
    public Tensor Map(string name)
    {
        var entry = Entry(name);
        var dtype = TorchType(entry);
        var offset = _header.DataStart + entry.Start;
        return entry.Length == 0 || offset % (SafetensorsDtypes.BitsOf(entry.Dtype) / 8) != 0
            ? Read(name)
            : MappedTensor.Over(_file, offset, Sizes(entry), dtype);
    }

    /// <summary>A tensor's bytes as they stand in the file, little-endian; for every dtype, also those that torch lacks.</summary>
    /// <param name="name">A name of <see cref="Tensors"/>.</param>
    /// <returns>A view of the mapped file, valid until <see cref="Dispose"/>.</returns>
    /// <exception cref="CheckpointException">The file has no such tensor, or it is larger than a span (2 GiB).</exception>
    public unsafe ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Entry(name);
        if (entry.Length > int.MaxValue)
            throw new CheckpointException($"'{Path}': tensor '{name}' has {entry.Length} bytes, more than a span holds. Read it as a tensor.");
        return entry.Length == 0 ? default : new ReadOnlySpan<byte>(_file.AddressOf(_header.DataStart + entry.Start), (int)entry.Length);
    }

    /// <summary>Closes the file. Tensors that were read or mapped stay valid; spans of <see cref="Bytes"/> do not.</summary>
    public void Dispose() => _file.Dispose();

    private void ReadInto(TensorEntry entry, Tensor target) =>
        TensorBytes.ForEachPiece(target, (piece, offset) => _file.Read(piece, _header.DataStart + entry.Start + offset));

    private TensorEntry Entry(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Tensors.TryGetValue(name, out var entry) ? entry : throw new CheckpointException($"'{Path}' has no tensor '{name}'{NameHint.For(name, Tensors.Keys)}");
    }

    private ScalarType TorchType(TensorEntry entry) => entry.ScalarType ?? throw new CheckpointException(
        $"'{Path}': tensor '{entry.Name}' is of {entry.Dtype}, which TorchSharp has no tensors of. Take its bytes with {nameof(Bytes)}, or convert the file with Python.");

    private static long[] Sizes(TensorEntry entry) => [.. entry.Shape];
}
