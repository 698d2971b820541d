using System.Collections.ObjectModel;
using System.Text.Json;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>Parses the JSON of a header: an object with a field per tensor, which contains <c>dtype</c>, <c>shape</c> and
/// <c>data_offsets</c>, and <c>__metadata__</c>, an object of strings.</summary>
/// <param name="path">The path of the file, for error messages.</param>
internal sealed class SafetensorsHeaderJson(string path)
{
    /// <summary>The key of the metadata, which is not the name of a tensor.</summary>
    internal const string MetadataKey = "__metadata__";

    internal (IReadOnlyDictionary<string, string> Metadata, Dictionary<string, TensorEntry> Tensors) Read(ref Utf8JsonReader reader)
    {
        Dictionary<string, string>? metadata = null;
        var metadataSeen = false;
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);

        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, "the header", "an object");
        while (NextField(ref reader, out var name))
        {
            if (name == MetadataKey)
            {
                if (metadataSeen)
                    throw Fault($"its header contains '{MetadataKey}' more than once");
                metadataSeen = true;
                metadata = ReadMetadata(ref reader);
            }
            else
            {
                tensors[name] = ReadTensor(ref reader, name);
            }
        }
        reader.Read();   // throws if anything except white space follows
        return (metadata ?? (IReadOnlyDictionary<string, string>)ReadOnlyDictionary<string, string>.Empty, tensors);
    }

    private Dictionary<string, string>? ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Expect(ref reader, JsonTokenType.StartObject, $"'{MetadataKey}'", "an object of strings");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (NextField(ref reader, out var key))
        {
            Expect(ref reader, JsonTokenType.String, $"'{MetadataKey}.{key}'", "a string");
            metadata[key] = reader.GetString()!;
        }
        return metadata;
    }

    private TensorEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"tensor '{name}'", "an object");
        SafetensorsDtype? dtype = null;
        List<long>? shape = null, offsets = null;
        while (NextField(ref reader, out var field))
        {
            switch (field)
            {
                case "dtype":
                    Once(name, field, dtype is null);
                    dtype = ReadDtype(ref reader, name);
                    break;
                case "shape":
                    Once(name, field, shape is null);
                    shape = ReadSizes(ref reader, name, field);
                    break;
                case "data_offsets":
                    Once(name, field, offsets is null);
                    offsets = ReadSizes(ref reader, name, field);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return Checked(name, dtype ?? throw Missing(name, "dtype"), shape ?? throw Missing(name, "shape"),
            offsets ?? throw Missing(name, "data_offsets"));
    }

    private TensorEntry Checked(string name, SafetensorsDtype dtype, List<long> shape, List<long> offsets)
    {
        if (offsets is not [var start, var end])
            throw Fault($"tensor '{name}': data_offsets has {Quantity.Of(offsets.Count, "element")}, but two are expected (start and end)");
        if (end < start)
            throw Fault($"tensor '{name}' ends at byte {end}, before its start at byte {start}");
        var bits = BitsOf(name, dtype, shape);
        if (bits % 8 != 0)
            throw Fault($"tensor '{name}' of {dtype} with shape [{string.Join(", ", shape)}] requires {bits} bits, which is not a "
                + "multiple of 8");
        if ((ulong)(end - start) != bits / 8)
            throw Fault($"tensor '{name}' of {dtype} with shape [{string.Join(", ", shape)}] requires "
                + $"{Quantity.Of((long)(bits / 8), "byte")}, but its data_offsets span {Quantity.Of(end - start, "byte")}");
        return new TensorEntry(name, dtype, shape.AsReadOnly(), start, end - start);
    }

    private ulong BitsOf(string name, SafetensorsDtype dtype, List<long> shape)
    {
        var product = 1UL;
        foreach (var size in shape.Select(size => (ulong)size).Append((ulong)SafetensorsDtypes.BitsOf(dtype)))
        {
            if (size != 0 && product > ulong.MaxValue / size)
                throw Fault($"tensor '{name}': the size of its shape [{string.Join(", ", shape)}] does not fit into 64 bits");
            product *= size;
        }
        return product;
    }

    private SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, $"dtype of tensor '{name}'", "a string");
        var text = reader.GetString()!;
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw Fault($"tensor '{name}' has the unknown dtype '{text}'; the dtypes of the format are {SafetensorsDtypes.Names}");
    }

    private List<long> ReadSizes(ref Utf8JsonReader reader, string name, string field)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"{field} of tensor '{name}'", "an array");
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.Number, $"{field} of tensor '{name}'", "an array of non-negative integers");
            if (!reader.TryGetInt64(out var size) || size < 0 || reader.ValueSpan[0] == '-')
                throw Fault($"{field} of tensor '{name}' contains {System.Text.Encoding.UTF8.GetString(reader.ValueSpan)}, but "
                    + $"integers from 0 to {long.MaxValue} are expected");
            sizes.Add(size);
        }
        return sizes;
    }

    /// <summary>Advances to the value of the next field. Returns false at the end of the object.</summary>
    private static bool NextField(ref Utf8JsonReader reader, out string name)
    {
        reader.Read();
        var more = reader.TokenType == JsonTokenType.PropertyName;
        name = more ? reader.GetString()! : "";
        if (more)
            reader.Read();
        return more;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what, string expected)
    {
        if (reader.TokenType != token)
            throw Fault($"{what} is not {expected} (byte {reader.TokenStartIndex} of the header)");
    }

    private void Once(string tensor, string field, bool first)
    {
        if (!first)
            throw Fault($"tensor '{tensor}' has more than one {field}");
    }

    private CheckpointException Missing(string tensor, string field) => Fault($"tensor '{tensor}' has no {field}");

    private CheckpointException Fault(string rule) => SafetensorsHeader.InvalidFile(path, rule);
}
