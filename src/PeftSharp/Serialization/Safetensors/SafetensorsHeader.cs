using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>The validated header of a safetensors file: every entry is inside the file and has the size of its shape.</summary>
/// <remarks>
/// A file consists of eight bytes (the header's length, little-endian), the header (JSON), and the bytes of the tensors without gaps or
/// overlaps. Validation rejects what the reference implementation (safetensors 0.8) rejects. As in the reference implementation, the last
/// entry of a duplicate name is used and unknown fields are ignored. Sizes in the file never determine an allocation before they are
/// validated.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The maximum length of a header in bytes, as in the reference implementation.</summary>
    internal const int MaxBytes = 100_000_000;

    /// <summary>The number of bytes before the header, which contain its length.</summary>
    internal const int LengthBytes = sizeof(ulong);

    private const int MaxDepth = 127;   // nesting that the reference implementation accepts in unknown fields

    internal required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The tensors by name, in the order of the file.</summary>
    internal required IReadOnlyDictionary<string, TensorEntry> Tensors { get; init; }

    /// <summary>The offset of the tensors' bytes in the file.</summary>
    internal required long DataStart { get; init; }

    /// <summary>Reads the length of the header from the first eight bytes and checks it against the length of the file.</summary>
    /// <exception cref="CheckpointException">The file is too short, or the header is longer than <see cref="MaxBytes"/>.</exception>
    internal static int ReadLength(string path, ReadOnlySpan<byte> firstBytes, long fileLength)
    {
        if (firstBytes.Length < LengthBytes)
            throw InvalidFile(path, $"it has {Quantity.Of(firstBytes.Length, "byte")}, but at least {LengthBytes} are required");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(firstBytes);
        if (length > MaxBytes)
            throw InvalidFile(path, $"its first eight bytes state a header length of {length} bytes, but the maximum is {MaxBytes}");
        if ((long)length > fileLength - LengthBytes)
            throw InvalidFile(path, $"its first eight bytes state a header length of {length} bytes, but the rest of the file has "
                + Quantity.Of(fileLength - LengthBytes, "byte"));
        return (int)length;
    }

    /// <summary>Parses and validates the JSON of a header.</summary>
    /// <param name="path">The path of the file, for error messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <exception cref="CheckpointException">The header violates a rule of the format. The message names the file, the tensor and the
    /// rule.</exception>
    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long fileLength)
    {
        if (!Utf8.IsValid(json))
            throw InvalidFile(path, "its header is not UTF-8");
        var dataStart = LengthBytes + json.Length;
        var (metadata, tensors) = ReadJson(path, json);
        return new SafetensorsHeader
        {
            Metadata = metadata,
            Tensors = InOrder(path, tensors.Values, fileLength - dataStart),
            DataStart = dataStart,
        };
    }

    /// <summary>Creates the exception for a violated rule.</summary>
    internal static CheckpointException InvalidFile(string path, string rule, Exception? cause = null) =>
        new($"'{path}' is not a valid safetensors file: {rule}. The file may be truncated or of another format. Download it again.", cause);

    private static (IReadOnlyDictionary<string, string> Metadata, Dictionary<string, TensorEntry> Tensors) ReadJson(
        string path, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return new SafetensorsHeaderJson(path).Read(ref reader);
        }
        catch (JsonException error)
        {
            throw InvalidFile(path, $"its header is not valid JSON ({error.Message.TrimEnd('.')})", error);
        }
        catch (InvalidOperationException error)   // an unpaired surrogate, such as \uD800, which fails only when the string is read
        {
            throw InvalidFile(path, $"its header contains a string that is not valid Unicode at byte {reader.TokenStartIndex}", error);
        }
    }

    private static OrderedDictionary<string, TensorEntry> InOrder(string path, IEnumerable<TensorEntry> tensors, long dataLength)
    {
        var ordered = new OrderedDictionary<string, TensorEntry>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Start != end)
                throw InvalidFile(path, $"tensor '{tensor.Name}' starts at byte {tensor.Start} instead of byte {end}; gaps and overlaps "
                    + "are not allowed");
            end = tensor.Start + tensor.Length;   // cannot overflow: the sum is data_offsets' end, a non-negative 64-bit integer
            ordered.Add(tensor.Name, tensor);
        }
        if (end != dataLength)
            throw InvalidFile(path, $"its tensors require {Quantity.Of(end, "byte")}, but the file has "
                + $"{Quantity.Of(dataLength, "byte")} after the header{Last(ordered)}");
        return ordered;
    }

    private static string Last(OrderedDictionary<string, TensorEntry> ordered) =>
        ordered.Count == 0 ? "" : $" (the last tensor is '{ordered.GetAt(ordered.Count - 1).Key}')";
}
