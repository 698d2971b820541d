using System.Text;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Opens a text file as UTF-8 bytes at a position.</summary>
internal static class TextStream
{
    /// <param name="file">
    /// The file. If it is compressed, it is decompressed; if it is UTF-16 with a byte order mark, it is converted.
    /// </param>
    /// <param name="position">
    /// The number of bytes of the decompressed UTF-8 text before the position. In an uncompressed UTF-8 file, these bytes are not read.
    /// </param>
    internal static Stream Open(string file, long position)
    {
        var stream = DataStream.Open(new DataInput(file), FileReading.Unobserved);
        try
        {
            stream = AsUtf8(stream, file);
            if (position == 0)
                return stream;
            if (stream.CanSeek)
                stream.Position = position;
            else
                Discard(stream, position, file);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static Stream AsUtf8(Stream stream, string file)
    {
        Span<byte> mark = stackalloc byte[2];
        mark = mark[..stream.ReadAtLeast(mark, 2, throwOnEndOfStream: false)];
        Encoding? utf16 = mark.StartsWith<byte>([0xFF, 0xFE]) ? new UnicodeEncoding(bigEndian: false, byteOrderMark: false, true)
            : mark.StartsWith<byte>([0xFE, 0xFF]) ? new UnicodeEncoding(bigEndian: true, byteOrderMark: false, true)
            : null;
        if (utf16 is not null)
            return Encoding.CreateTranscodingStream(stream, utf16, StrictUtf8.Encoding);
        if (stream.CanSeek)
        {
            stream.Position = 0;
            return stream;
        }
        stream.Dispose();
        return DataStream.Open(new DataInput(file), FileReading.Unobserved);
    }

    private static void Discard(Stream stream, long count, string file)
    {
        var buffer = new byte[1 << 16];
        while (count > 0)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (read == 0)
                throw new DatasetException($"'{file}' is shorter than when the state of the stream was stored, so the stream cannot be "
                    + "continued. Restore the file, or start the stream from the beginning.");
            count -= read;
        }
    }
}
