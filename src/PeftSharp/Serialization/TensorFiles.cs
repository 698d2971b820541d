using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Finds, reads and copies tensors in files of all formats.</summary>
internal static class TensorFiles
{
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    internal static TensorEntry Entry(this ITensorFile file, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return file.Tensors.TryGetValue(name, out var entry)
            ? entry
            : throw new CheckpointException($"'{file.Path}' has no tensor '{name}'{NameHint.For(name, file.Tensors.Keys)}");
    }

    /// <exception cref="CheckpointException">TorchSharp does not support the type.</exception>
    internal static ScalarType TorchType(this ITensorFile file, TensorEntry entry) => entry.ScalarType ?? throw new CheckpointException(
        $"'{file.Path}': tensor '{entry.Name}' has dtype {entry.Dtype}, which TorchSharp does not support. "
            + $"Read its bytes with {nameof(SafetensorsFile.Bytes)}, or convert the file with Python.");

    /// <summary>Checks that <see cref="CopyTensor"/> supports the type of a tensor.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor, or TorchSharp does not support the type.</exception>
    internal static void RequireReadable(this ITensorFile file, string name)
    {
        var entry = file.Entry(name);
        if (!Float8.CanDecode(entry.Dtype)) file.TorchType(entry);
    }

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    internal static Tensor ReadTensor(this ITensorFile file, string name, Device? device)
    {
        var entry = file.Entry(name);
        var tensor = empty([.. entry.Shape], file.TorchType(entry), CPU);
        try
        {
            file.ReadInto(entry, tensor);
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

    /// <inheritdoc cref="SafetensorsFile.CopyTo"/>
    internal static void CopyTensor(this ITensorFile file, string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var entry = file.Entry(name);
        if (!entry.Shape.SequenceEqual(target.shape))
            throw new CheckpointException($"'{file.Path}': tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], "
                + $"but [{string.Join(", ", target.shape)}] is expected. Use the configuration that belongs to these weights.");
        if (Float8.CanDecode(entry.Dtype))
        {
            using var decoded = Float8.Decode(file.Bytes(name), entry.Dtype, [.. entry.Shape]);
            using var noGradient = no_grad();
            target.copy_(decoded);
            return;
        }
        var dtype = file.TorchType(entry);
        if (target.device_type == TorchSharp.DeviceType.CPU && target.dtype == dtype && target.is_contiguous())
        {
            file.ReadInto(entry, target);
            return;
        }
        using var gradients = no_grad();
        using var source = file.Map(name).DetachFromDisposeScope();
        target.copy_(source);
    }
}
