using System.Text;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>
/// An open file of <c>torch.save</c>. Its value consists of tensors and plain data; the elements of tensors are read on request.
/// </summary>
internal sealed class PyTorchArchive : IDisposable
{
    private const int TarMagic = 257;
    private readonly MappedFile _file;

    private PyTorchArchive(MappedFile file, object? value) => (_file, Value) = (file, value);

    internal string Path => _file.Path;

    /// <summary>The saved value; see <see cref="PickleReader"/> for its types.</summary>
    internal object? Value { get; }

    /// <summary>Opens a file and reads its value, without the elements of the tensors.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="ignoresArrays">Whether the file may contain numpy arrays, which are not read. Default false: they are rejected, as by
    /// <c>torch.load(weights_only=True)</c>.</param>
    /// <exception cref="CheckpointException">The file cannot be read, is malformed, or contains something other than data.</exception>
    internal static PyTorchArchive Open(string path, bool ignoresArrays = false)
    {
        var file = new MappedFile(path);
        try { return new PyTorchArchive(file, ReadValue(file, ignoresArrays)); }
        catch (InvalidDataException error)
        {
            file.Dispose();
            throw new CheckpointException($"'{path}' cannot be read as a file of torch.save: {error.Message}. Only tensors and plain data "
                + "are read, and no code of the file is run. Download the file again, or use a safetensors file.", error);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the elements of a tensor into a contiguous CPU tensor of its shape and of a type of the same size.</summary>
    internal void ReadInto(PickleTensor tensor, Tensor target)
    {
        if (tensor.Elements == 0) return;
        var start = StartOf(tensor);
        if (tensor.IsContiguous)
        {
            TensorBytes.ForEachPiece(target, (piece, offset) => _file.Read(piece, start + offset));
            return;
        }
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        target.copy_(View(tensor, target.dtype));
    }

    /// <summary>
    /// Creates a tensor whose memory is the mapped file. If the elements are not aligned in the file, the tensor is a copy.
    /// </summary>
    internal Tensor Map(PickleTensor tensor, ScalarType type)
    {
        if (tensor.Elements == 0) return empty(tensor.Shape, type, CPU);
        using var scope = NewDisposeScope();
        return View(tensor, type).MoveToOuterDisposeScope();
    }

    /// <summary>The bytes of a tensor's elements in order.</summary>
    internal unsafe ReadOnlySpan<byte> Bytes(PickleTensor tensor)
    {
        var length = tensor.Elements * tensor.ElementBytes;
        if (length == 0) return default;
        if (length > int.MaxValue)
            throw new CheckpointException($"'{Path}': a tensor has {length} bytes, more than the maximum size of a span. Use Read or Map.");
        if (tensor.IsContiguous) return new ReadOnlySpan<byte>(_file.AddressOf(StartOf(tensor)), (int)length);
        using var scope = NewDisposeScope();
        return View(tensor, OfSize(tensor.ElementBytes)).contiguous().bytes.ToArray();
    }

    /// <summary>The offset in the file of a tensor's first element.</summary>
    internal static long StartOf(PickleTensor tensor) => tensor.Storage.Start + tensor.Offset * tensor.ElementBytes;

    public void Dispose() => _file.Dispose();

    private Tensor View(PickleTensor tensor, ScalarType type)
    {
        var start = StartOf(tensor);
        Tensor elements;
        if (start % tensor.ElementBytes == 0) elements = MappedTensor.Over(_file, start, [tensor.Extent], type);
        else
        {
            elements = empty([tensor.Extent], type, CPU);
            TensorBytes.ForEachPiece(elements, (piece, offset) => _file.Read(piece, start + offset));
        }
        return elements.as_strided(tensor.Shape, tensor.Strides);
    }

    private static ScalarType OfSize(int bytes) => bytes switch
    {
        1 => ScalarType.Byte,
        2 => ScalarType.Int16,
        4 => ScalarType.Int32,
        _ => ScalarType.Int64,
    };

    private static object? ReadValue(MappedFile file, bool ignoresArrays)
    {
        var start = new byte[Math.Min(file.Length, 512)];
        file.Read(start, 0);
        if (start.AsSpan().StartsWith("PK\x03\x04"u8)) return ZipArchiveReader.Read(file, ignoresArrays);
        if (start.AsSpan().StartsWith(LegacyArchiveReader.Start)) return LegacyArchiveReader.Read(file, ignoresArrays);
        if (start.Length == 0) throw new InvalidDataException("it is empty");
        throw new InvalidDataException(start.Length >= TarMagic + 5 && start.AsSpan(TarMagic, 5).SequenceEqual("ustar"u8)
            ? "it is a tar file of PyTorch 0.1, which is not supported"
            : $"it starts with '{Printable(start.AsSpan(0, Math.Min(start.Length, 16)))}', which is neither a zip file nor the legacy "
                + "format");
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes) text.Append(value is >= 0x20 and < 0x7f ? ((char)value).ToString() : $"\\x{value:x2}");
        return text.ToString();
    }
}
