using System.IO.Compression;
using System.IO.Hashing;

namespace PeftSharp.Data;

/// <summary>
/// A stream that decompresses a member of a zip archive, and throws if it is longer or shorter than the archive says, or has another
/// checksum.
/// </summary>
internal sealed class CheckedZipMember(ZipArchive archive, ZipArchiveEntry entry) : Stream
{
    private readonly Stream _data = entry.Open();
    private readonly Crc32 _checksum = new();
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The member is damaged or truncated.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = _data.Read(buffer);
        _position += count;
        _checksum.Append(buffer[..count]);
        if (_position > entry.Length)
            throw new InvalidDataException($"the member '{entry.FullName}' is longer than the {entry.Length} bytes that the archive says");
        if (count > 0 || buffer.Length == 0)
            return count;
        if (_position < entry.Length)
            throw new InvalidDataException($"the member '{entry.FullName}' has {_position} of {entry.Length} bytes");
        if (_checksum.GetCurrentHashAsUInt32() != entry.Crc32)
            throw new InvalidDataException($"the checksum of the member '{entry.FullName}' is wrong");
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _data.Dispose();
            archive.Dispose();
        }
        base.Dispose(disposing);
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
