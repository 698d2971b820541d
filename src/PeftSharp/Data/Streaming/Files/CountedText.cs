using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Reads UTF-8 text and counts the bytes of the characters that were read.</summary>
internal sealed class CountedText(Stream stream) : TextReader
{
    // Without detection of byte order marks, because the text may start in the middle of a file.
    private readonly StreamReader _text = new(stream, StrictUtf8.Encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);

    /// <summary>The number of bytes of the characters that were read.</summary>
    internal long BytesRead { get; private set; }

    public override int Peek() => _text.Peek();

    public override int Read()
    {
        var next = _text.Read();
        // Both halves of a surrogate pair together are four bytes.
        BytesRead += next < 0 ? 0 : next < 0x80 ? 1 : next < 0x800 || char.IsSurrogate((char)next) ? 2 : 3;
        return next;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _text.Dispose();
        base.Dispose(disposing);
    }
}
