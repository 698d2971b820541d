using System.Buffers.Binary;
using System.Text;
using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>Writes a safetensors file. The constructor validates the tensors and computes the layout; <see cref="WriteTo"/> writes the
/// bytes.</summary>
/// <remarks>The layout is the same as in the reference implementation, byte for byte: tensors ordered by decreasing alignment of their
/// dtypes, then by name, without gaps; the header padded with spaces to a multiple of eight bytes.</remarks>
internal sealed class SafetensorsWriter
{
    private const int AlignmentBytes = 8;

    private readonly List<(TensorEntry Entry, Tensor Tensor)> _tensors = [];
    private readonly byte[] _header;

    /// <exception cref="ArgumentException">A name occurs twice or is reserved; a tensor is null, disposed, sparse, on the meta device or of
    /// a dtype that the format does not support; or a name or a metadata value is not valid Unicode.</exception>
    internal SafetensorsWriter(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ordered = tensors.Select(pair => (Name: pair.Key, Dtype: Checked(pair.Key, pair.Value, seen), Tensor: pair.Value))
            .OrderByDescending(item => item.Dtype).ThenBy(item => item.Name, CodePointOrder.Instance);
        var end = 0L;
        foreach (var (name, dtype, tensor) in ordered)
        {
            var length = LengthOf(tensor);
            _tensors.Add((new TensorEntry(name, dtype, tensor.shape, end, length), tensor));
            end += length;
        }
        _header = HeaderOf(_tensors.Select(item => item.Entry), metadata);
    }

    /// <summary>The number of bytes of a tensor in a file.</summary>
    internal static long LengthOf(Tensor tensor) => tensor.numel() * tensor.element_size();

    /// <summary>Writes the whole file. Tensors on other devices and non-contiguous tensors are copied one at a time.</summary>
    internal void WriteTo(Stream stream)
    {
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)_header.Length);
        stream.Write(length);
        stream.Write(_header);
        foreach (var (_, tensor) in _tensors)
        {
            using var scope = NewDisposeScope();
            var plain = tensor.detach().cpu();
            if (is_complex(plain))
                plain = plain.resolve_conj();   // a lazily conjugated tensor shares the memory of the original
            TensorBytes.ForEachPiece(plain.contiguous(), (piece, _) => stream.Write(piece));
        }
    }

    private static SafetensorsDtype Checked(string name, Tensor tensor, HashSet<string> seen)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (tensor is null || tensor.IsInvalid)
            throw new ArgumentException($"Tensor '{name}' is {(tensor is null ? "null" : "disposed")}. "
                + "Pass a tensor that is neither null nor disposed.");
        if (name == SafetensorsHeaderJson.MetadataKey)
            throw new ArgumentException($"'{name}' cannot be the name of a tensor: the format reserves it for metadata. "
                + "Rename the tensor.");
        if (!seen.Add(name))
            throw new ArgumentException($"Two tensors have the name '{name}'. Rename one of them.");
        if (tensor.is_sparse || tensor.is_meta)
            throw new ArgumentException($"Tensor '{name}' is {(tensor.is_meta ? "on the meta device and has no values" : "sparse")}; "
                + "the format supports dense tensors only. Convert it to a dense tensor with values.");
        return SafetensorsDtypes.FromScalarType(tensor.dtype) ?? throw new ArgumentException(
            $"Tensor '{name}' has dtype {tensor.dtype}, which the safetensors format does not support. Convert it to one of: "
                + $"{SafetensorsDtypes.TorchNames}.");
    }

    private static byte[] HeaderOf(IEnumerable<TensorEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new StringBuilder("{").Append(Quoted(SafetensorsHeaderJson.MetadataKey)).Append(":{")
            .AppendJoin(',', metadata.Select(pair => $"{Quoted(pair.Key)}:{Quoted(pair.Value)}")).Append('}');
        foreach (var entry in entries)
        {
            json.Append(',').Append(Quoted(entry.Name)).Append(":{\"dtype\":\"").Append(entry.Dtype)
                .Append("\",\"shape\":[").AppendJoin(',', entry.Shape)
                .Append("],\"data_offsets\":[").Append(entry.Start).Append(',').Append(entry.Start + entry.Length).Append("]}");
        }
        json.Append('}');
        var length = Encoding.UTF8.GetByteCount(json.ToString());
        json.Append(' ', (AlignmentBytes - length % AlignmentBytes) % AlignmentBytes);
        if (length > SafetensorsHeader.MaxBytes)
            throw new ArgumentException($"The header would have {length} bytes, but the maximum is {SafetensorsHeader.MaxBytes}. "
                + "Save fewer tensors or less metadata per file.");
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            StrictUtf8.Encoding.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"The name or metadata value '{text}' contains an unpaired surrogate and cannot be encoded in "
                + "UTF-8. Change it.", error);
        }
        return PythonJson.Quote(text, ensureAscii: false);
    }
}
