using ZstdSharp;

namespace PeftSharp.Data;

/// <summary>A stream that decompresses a zstd file and throws <see cref="InvalidDataException"/> if it is damaged or truncated.</summary>
internal sealed class CheckedZstd(Stream compressed) : Stream
{
    private readonly DecompressionStream _data = new(compressed, leaveOpen: false);

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The file is damaged or truncated.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _data.Read(buffer);
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException("the compressed data is truncated", error);
        }
        catch (ZstdException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _data.Dispose();
        base.Dispose(disposing);
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
