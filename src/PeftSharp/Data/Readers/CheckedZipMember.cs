using System.IO.Compression;
using System.IO.Hashing;

namespace PeftSharp.Data;

/// <summary>
/// A stream that decompresses a member of a zip archive. It throws if the length or the checksum of the member differs from the value that
/// is recorded in the archive.
/// </summary>
internal sealed class CheckedZipMember(ZipArchive archive, ZipArchiveEntry entry) : ForwardStream
{
    private readonly Stream _data = entry.Open();
    private readonly Crc32 _checksum = new();
    private long _position;

    /// <exception cref="InvalidDataException">The member is damaged or truncated.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = _data.Read(buffer);
        _position += count;
        _checksum.Append(buffer[..count]);
        if (_position > entry.Length)
            throw new InvalidDataException($"the member '{entry.FullName}' is longer than the {entry.Length} bytes in the archive's index");
        if (count > 0 || buffer.Length == 0)
            return count;
        if (_position < entry.Length)
            throw new InvalidDataException($"the member '{entry.FullName}' ends after {_position} of {entry.Length} bytes");
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
}
