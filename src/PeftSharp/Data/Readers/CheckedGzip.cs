using System.IO.Compression;

namespace PeftSharp.Data;

/// <summary>Decompresses a gzip file and checks that it is complete.</summary>
/// <remarks>
/// <see cref="GZipStream"/> ends without an error where a file was cut off, so the rows of the missing part would be absent without a word. Here a member with known
/// content is read after the file's last one. If the file is complete, the decompressed data ends with that content; if not, its bytes were taken for the missing part.
/// </remarks>
internal sealed class CheckedGzip(Stream compressed) : Stream
{
    private static readonly byte[] Mark = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 151 + 77))];
    private static readonly byte[] MarkMember = Compress(Mark);

    private readonly GZipStream _data = new(new Appended(compressed, MarkMember), CompressionMode.Decompress);
    private readonly byte[] _buffer = new byte[(1 << 16) + Mark.Length];
    private int _start;
    private int _end;
    private bool _isComplete;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The file is damaged or was cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_isComplete && _end - _start <= Mark.Length)
            Fill();
        var count = Math.Min(buffer.Length, _end - _start - (_isComplete ? 0 : Mark.Length));
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <summary>Reads more data; what has been read last may be the mark, so it is kept back until the end is known.</summary>
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = _data.Read(_buffer.AsSpan(_end));
        _end += count;
        if (count > 0) return;
        if (!_buffer.AsSpan(0, _end).EndsWith(Mark))
            throw new InvalidDataException("the compressed data is cut off, or other bytes follow it");
        _end -= Mark.Length;
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

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>A stream with bytes after its end.</summary>
    private sealed class Appended(Stream first, byte[] second) : Stream
    {
        private int _place;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = first.Read(buffer);
            if (count > 0 || buffer.Length == 0) return count;
            var rest = second.AsSpan(_place, Math.Min(buffer.Length, second.Length - _place));
            rest.CopyTo(buffer);
            _place += rest.Length;
            return rest.Length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) first.Dispose();
            base.Dispose(disposing);
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
