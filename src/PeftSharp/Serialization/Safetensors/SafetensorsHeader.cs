using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace PeftSharp.Serialization;

/// <summary>The header of a safetensors file, read and checked: after this every entry lies inside the file and has the size its shape says.</summary>
/// <remarks>
/// A file is eight bytes (the header's length, little-endian), the header (JSON), and the tensors' bytes without gap or overlap.
/// What is refused is what the reference reader (safetensors 0.8) refuses: a name that stands twice counts by its last entry and
/// fields that the format does not know are skipped, as there. Nothing is allocated on the word of the file: only bytes that are present are parsed.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read or written, in bytes; the reference reader's limit.</summary>
    internal const int MaxBytes = 100_000_000;

    /// <summary>The bytes before the header that hold its length.</summary>
    internal const int LengthBytes = sizeof(ulong);

    private const int MaxDepth = 127;   // nesting that the reference reader still accepts in a field it skips

    internal required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>By name, in the order of the file.</summary>
    internal required IReadOnlyDictionary<string, TensorEntry> Tensors { get; init; }

    /// <summary>Where the tensors' bytes begin in the file.</summary>
    internal required long DataStart { get; init; }

    /// <summary>The header's length as the first eight bytes tell it, checked against the file's.</summary>
    /// <exception cref="CheckpointException">The file is too short for it, or it is longer than <see cref="MaxBytes"/>.</exception>
    internal static int ReadLength(string path, ReadOnlySpan<byte> firstBytes, long fileLength)
    {
        if (firstBytes.Length < LengthBytes)
            throw Unsound(path, $"it has {firstBytes.Length} bytes, and the length of the header alone takes {LengthBytes}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(firstBytes);
        if (length > MaxBytes)
            throw Unsound(path, $"its first eight bytes announce a header of {length} bytes, and no more than {MaxBytes} are allowed");
        if ((long)length > fileLength - LengthBytes)
            throw Unsound(path, $"its first eight bytes announce a header of {length} bytes, and only {fileLength - LengthBytes} follow them");
        return (int)length;
    }

    /// <summary>Reads and checks the JSON of a header.</summary>
    /// <param name="path">Names the file in errors.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <exception cref="CheckpointException">The header breaks a rule of the format; the message names file, tensor and rule.</exception>
    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long fileLength)
    {
        if (!Utf8.IsValid(json))
            throw Unsound(path, "its header is not UTF-8");
        var dataStart = LengthBytes + json.Length;
        var (metadata, tensors) = ReadJson(path, json);
        return new SafetensorsHeader
        {
            Metadata = metadata,
            Tensors = InOrder(path, tensors.Values, fileLength - dataStart),
            DataStart = dataStart,
        };
    }

    /// <summary>The error that every broken rule becomes.</summary>
    internal static CheckpointException Unsound(string path, string rule, Exception? cause = null) =>
        new($"'{path}' is not a sound safetensors file: {rule}. It may be cut short or not be a safetensors file: fetch it again.", cause);

    private static (IReadOnlyDictionary<string, string> Metadata, Dictionary<string, TensorEntry> Tensors) ReadJson(string path, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return new SafetensorsHeaderJson(path).Read(ref reader);
        }
        catch (JsonException error)
        {
            throw Unsound(path, $"its header is not valid JSON ({error.Message.TrimEnd('.')})", error);
        }
        catch (InvalidOperationException error)   // a \u escape of half a character: the reader finds it only when the string is taken
        {
            throw Unsound(path, $"its header holds a string that is not Unicode at byte {reader.TokenStartIndex}", error);
        }
    }

    private static OrderedDictionary<string, TensorEntry> InOrder(string path, IEnumerable<TensorEntry> tensors, long dataLength)
    {
        var ordered = new OrderedDictionary<string, TensorEntry>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Start != end)
                throw Unsound(path, $"tensor '{tensor.Name}' begins at byte {tensor.Start}, and the one before it ends at {end}: no gap and no overlap is allowed");
            end = tensor.Start + tensor.Length;   // cannot overflow: both ends were read from 63 bits
            ordered.Add(tensor.Name, tensor);
        }
        if (end != dataLength)
            throw Unsound(path, $"its tensors take {end} bytes, and {dataLength} follow the header{Last(ordered)}");
        return ordered;
    }

    private static string Last(OrderedDictionary<string, TensorEntry> ordered) =>
        ordered.Count == 0 ? "" : $" (the last tensor is '{ordered.GetAt(ordered.Count - 1).Key}')";
}
