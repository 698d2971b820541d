using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PeftSharp.Data;

/// <summary>A SHA-256 hash of many small values, which are collected in a buffer.</summary>
internal sealed class ContentHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _used;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _used)
            Flush();
        if (bytes.Length > _buffer.Length)
        {
            _hash.AppendData(bytes);
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    internal void Add(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Add(bytes);
    }

    internal void Add(bool value) => Add([value ? (byte)1 : (byte)0]);

    /// <summary>Adds the length and the UTF-16 code units of a text.</summary>
    internal void Add(string text)
    {
        Add(text.Length);
        Add(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    /// <returns>The hash as 64 hexadecimal digits.</returns>
    internal string Complete()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
