using System.Buffers.Binary;
using System.Text;
using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Serialization;

/// <summary>One safetensors file to be: its layout is decided and checked on construction, its bytes are written by <see cref="WriteTo"/>.</summary>
/// <remarks>The layout is the reference writer's, byte for byte: by falling alignment of the dtype, then by name, without gaps; the header filled up with spaces to eight bytes.</remarks>
internal sealed class SafetensorsWriter
{
    private const int AlignmentBytes = 8;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(TensorEntry Entry, Tensor Tensor)> _tensors = [];
    private readonly byte[] _header;

    /// <exception cref="ArgumentException">A name stands twice or is reserved, or a tensor has a dtype or layout that the format lacks.</exception>
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

    /// <summary>The bytes that a tensor takes in a file.</summary>
    internal static long LengthOf(Tensor tensor) => tensor.numel() * tensor.element_size();

    /// <summary>Writes the whole file. Tensors on a device and non-contiguous ones are brought over one at a time.</summary>
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
            throw new ArgumentException($"Tensor '{name}' is {(tensor is null ? "null" : "disposed")}; every tensor to be saved must be alive.");
        if (name == SafetensorsHeaderJson.MetadataKey)
            throw new ArgumentException($"A tensor is named '{name}', which the format keeps for the file's metadata. Rename it.");
        if (!seen.Add(name))
            throw new ArgumentException($"Two tensors are named '{name}'. A file holds each name once.");
        if (tensor.is_sparse || tensor.is_meta)
            throw new ArgumentException($"Tensor '{name}' is {(tensor.is_meta ? "on the meta device and has no values" : "sparse")}; the format holds dense values. Make it dense first.");
        return SafetensorsDtypes.FromScalarType(tensor.dtype) ?? throw new ArgumentException(
            $"Tensor '{name}' has dtype {tensor.dtype}, which the safetensors format lacks; it can hold {SafetensorsDtypes.TorchNames}. Convert it first.");
    }

    private static byte[] HeaderOf(IEnumerable<TensorEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new StringBuilder("{").Append(Quoted(SafetensorsHeaderJson.MetadataKey)).Append(":{")
            .AppendJoin(',', metadata.Select(pair => $"{Quoted(pair.Key)}:{Quoted(pair.Value)}")).Append('}');
        foreach (var entry in entries)
        {
            json.Append(',').Append(Quoted(entry.Name)).Append(":{\"dtype\":\"").Append(entry.Dtype).Append("\",\"shape\":[").AppendJoin(',', entry.Shape)
                .Append("],\"data_offsets\":[").Append(entry.Start).Append(',').Append(entry.Start + entry.Length).Append("]}");
        }
        json.Append('}');
        var length = Encoding.UTF8.GetByteCount(json.ToString());
        json.Append(' ', (AlignmentBytes - length % AlignmentBytes) % AlignmentBytes);
        if (length > SafetensorsHeader.MaxBytes)
            throw new ArgumentException($"The header would have {length} bytes, and readers accept no more than {SafetensorsHeader.MaxBytes}. Save fewer tensors or less metadata per file.");
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"The name or value '{text}' holds half a surrogate pair and has no UTF-8 form. Rename it.", error);
        }
        return PythonJson.Quote(text, ensureAscii: false);
    }
}
