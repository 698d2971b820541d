using System.Security.Cryptography;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace PeftSharp.Data;

/// <summary>An Arrow file (stream format) that is being written.</summary>
internal sealed class ArrowPart : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _file;
    private readonly HashedStream _stream;
    private readonly ArrowStreamWriter _writer;

    /// <param name="path">The path of the file, which must not exist.</param>
    /// <param name="schema">The columns.</param>
    internal ArrowPart(string path, Schema schema)
    {
        (Path, Schema) = (path, schema);
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        _stream = new HashedStream(_file, _hash);
        _writer = new ArrowStreamWriter(_stream, schema, leaveOpen: true);
        _writer.WriteStart();
    }

    internal string Path { get; }

    internal Schema Schema { get; }

    /// <summary>The number of bytes written.</summary>
    internal long Bytes => _stream.Position;

    internal void Write(RecordBatch batch) => _writer.WriteRecordBatch(batch);

    /// <summary>Writes the end-of-stream marker and flushes the file to the disk.</summary>
    /// <returns>The SHA-256 hash of the file, as 64 hexadecimal digits.</returns>
    internal string Complete()
    {
        _writer.WriteEnd();
        _file.Flush(flushToDisk: true);
        var hash = Convert.ToHexStringLower(_hash.GetHashAndReset());
        Dispose();
        return hash;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
        _file.Dispose();
        _hash.Dispose();
    }
}
