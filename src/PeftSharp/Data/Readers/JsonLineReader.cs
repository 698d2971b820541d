namespace PeftSharp.Data;

/// <summary>Reads a file line by line as bytes. Only the current line is in memory.</summary>
/// <param name="stream">The file.</param>
/// <param name="splitsAtCarriageReturns">
/// Whether a carriage return also ends a line, as in Python's text mode. If false, only a line feed ends a line.
/// </param>
internal sealed class JsonLineReader(Stream stream, bool splitsAtCarriageReturns = false)
{
    private static readonly System.Buffers.SearchValues<byte> LineBreaks = System.Buffers.SearchValues.Create("\r\n"u8);


    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private bool _atEnd;

    /// <summary>
    /// The number of the last line that was read, from 1. If reading starts within a file, set it to the number of lines before the
    /// position.
    /// </summary>
    internal int Line { get; set; }

    /// <summary>The number of bytes up to the end of the last line, including its line break.</summary>
    internal long BytesRead { get; private set; }

    /// <summary>
    /// Whether the last line ended with a line break; false for the last line of a file that does not end with a line break.
    /// </summary>
    internal bool IsTerminated { get; private set; }

    /// <summary>Reads the next line, without line feed; returns false at the end.</summary>
    internal bool Read(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var unread = _buffer.AsSpan(_start + searched, _end - _start - searched);
            var found = splitsAtCarriageReturns ? unread.IndexOfAny(LineBreaks) : unread.IndexOf((byte)'\n');
            // A carriage return at the end of the buffer may be followed by a line feed.
            var isIncomplete = found >= 0 && found == unread.Length - 1 && unread[found] == '\r' && !_atEnd;
            if ((found >= 0 && !isIncomplete) || (_atEnd && _end > _start))
            {
                var length = found >= 0 ? searched + found : _end - _start;
                line = _buffer.AsSpan(_start, length);
                var end = found < 0 ? 0 : unread[found] == '\r' && found + 1 < unread.Length && unread[found + 1] == '\n' ? 2 : 1;
                _start += length + end;
                BytesRead += length + end;
                IsTerminated = end > 0;
                Line++;
                if (Line == 1 && line.StartsWith("\uFEFF"u8))
                    line = line[3..];
                return true;
            }
            if (_atEnd)
            {
                line = default;
                return false;
            }
            searched = _end - _start - (isIncomplete ? 1 : 0);
            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }
}
