using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace PeftSharp.Tests.Serialization;

/// <summary>Builds pickles and files of torch.save instruction by instruction, also those that torch.save would not write.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [0x80, 2];

    internal static PickleBytes Of(params object[] parts) => new PickleBytes().Add(parts);

    /// <summary>Adds text as the codes of its characters, numbers as bytes, and arrays of bytes.</summary>
    internal PickleBytes Add(params object[] parts)
    {
        foreach (var part in parts)
            switch (part)
            {
                case string text: _bytes.AddRange(Encoding.Latin1.GetBytes(text)); break;
                case int value: _bytes.Add((byte)value); break;
                case byte[] bytes: _bytes.AddRange(bytes); break;
                case PickleBytes other: _bytes.AddRange(other._bytes.Skip(2)); break;
                default: throw new ArgumentException(part.GetType().Name);
            }
        return this;
    }

    internal static byte[] Long(long value)
    {
        var bytes = new byte[10];
        (bytes[0], bytes[1]) = (0x8a, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), value);
        return bytes;
    }

    internal static byte[] Text(string text) =>
        [(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    /// <summary>A tensor of float32 with storage <c>0</c>.</summary>
    internal static PickleBytes Tensor(
        long[] shape, long[] strides, long offset = 0, long elements = 4, string type = "FloatStorage") => Of(
        "ctorch._utils\n_rebuild_tensor_v2\n(", Storage(elements, type), Long(offset), "(", Concat(shape), "t(", Concat(strides), "t",
        0x89, "ccollections\nOrderedDict\n)RtR");

    internal static PickleBytes Storage(long elements, string type = "FloatStorage", string key = "0") => Of(
        "(", Text("storage"), $"ctorch\n{type}\n", Text(key), Text("cpu"), Long(elements), "tQ");

    /// <summary>A dictionary with one entry, and the end of the pickle.</summary>
    internal static PickleBytes Dictionary(PickleBytes value) => Of("}", Text("w"), value, "s.");

    internal byte[] ToArray() => [.. _bytes];

    /// <summary>The pickle and the data of storages as a zip file of torch.save.</summary>
    internal byte[] Zip(CompressionLevel level = CompressionLevel.NoCompression, params (string Name, byte[] Data)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, data) in entries.Prepend(("x/data.pkl", ToArray())))
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(data);
            }
        return stream.ToArray();
    }

    private static byte[] Concat(long[] values) => [.. values.SelectMany(Long)];
}
