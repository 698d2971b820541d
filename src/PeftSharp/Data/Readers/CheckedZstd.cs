using ZstdSharp;

namespace PeftSharp.Data;

/// <summary>A stream that decompresses a zstd file and throws <see cref="InvalidDataException"/> if it is damaged or truncated.</summary>
internal sealed class CheckedZstd(Stream compressed) : ForwardStream
{
    private readonly DecompressionStream _data = new(compressed, leaveOpen: false);

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
}
