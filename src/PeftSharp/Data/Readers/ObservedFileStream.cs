namespace PeftSharp.Data;

/// <summary>A file stream that reports its position to a <see cref="FileReading"/> after each read.</summary>
internal sealed class ObservedFileStream(string file, FileReading reading)
    : FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16)
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        reading.OnRead(Name, Position);
        return read;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = base.Read(buffer);
        reading.OnRead(Name, Position);
        return read;
    }
}
