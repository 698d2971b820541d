using System.Buffers.Binary;
using System.Text;

namespace PeftSharp.Tests.Serialization;

/// <summary>Creates files from a header and bytes, without checking them.</summary>
internal static class SafetensorsBytes
{
    internal static byte[] Pack(string header, byte[]? data = null, ulong? length = null) =>
        Pack(Encoding.UTF8.GetBytes(header), data, length);

    internal static byte[] Pack(byte[] header, byte[]? data = null, ulong? length = null)
    {
        var file = new byte[8 + header.Length + (data?.Length ?? 0)];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length ?? (ulong)header.Length);
        header.CopyTo(file, 8);
        data?.CopyTo(file, 8 + header.Length);
        return file;
    }
}
