using System.IO.Compression;

namespace PeftSharp.Data;

/// <summary>A stream that decompresses a gzip file and throws if the file is truncated.</summary>
/// <remarks>
/// <see cref="GZipStream"/> reports no error at the end of a truncated file, so rows would be lost silently. This stream appends a gzip
/// member with known content (a sentinel) to the compressed data. If the file is complete, the decompressed data ends with the sentinel;
/// otherwise, the bytes of the sentinel member were decompressed as part of the truncated member.
/// </remarks>
internal sealed class CheckedGzip(Stream compressed) : ForwardStream
{
    private static readonly byte[] Sentinel = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 151 + 77))];
    private static readonly byte[] SentinelMember = Compress(Sentinel);

    private readonly GZipStream _data = new(new ConcatenatedStream(compressed, SentinelMember), CompressionMode.Decompress);
    private readonly byte[] _buffer = new byte[(1 << 16) + Sentinel.Length];
    private int _start;
    private int _end;
    private bool _isComplete;

    /// <exception cref="InvalidDataException">The file is damaged or truncated.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_isComplete && _end - _start <= Sentinel.Length)
            Fill();
        var count = Math.Min(buffer.Length, _end - _start - (_isComplete ? 0 : Sentinel.Length));
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <summary>
    /// Reads more data into the buffer. The last bytes of the buffer are not returned until it is known whether they are the sentinel.
    /// </summary>
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = _data.Read(_buffer.AsSpan(_end));
        _end += count;
        if (count > 0) return;
        if (!_buffer.AsSpan(0, _end).EndsWith(Sentinel))
            throw new InvalidDataException("the compressed data is truncated, or followed by other bytes");
        _end -= Sentinel.Length;
        _isComplete = true;
    }

    private static byte[] Compress(byte[] data)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
            zip.Write(data);
        return bytes.ToArray();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _data.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A stream followed by an array of bytes.</summary>
    private sealed class ConcatenatedStream(Stream first, byte[] second) : ForwardStream
    {
        private int _position;

        public override int Read(Span<byte> buffer)
        {
            var count = first.Read(buffer);
            if (count > 0 || buffer.Length == 0) return count;
            var rest = second.AsSpan(_position, Math.Min(buffer.Length, second.Length - _position));
            rest.CopyTo(buffer);
            _position += rest.Length;
            return rest.Length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) first.Dispose();
            base.Dispose(disposing);
        }
    }
}
