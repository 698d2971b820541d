namespace PeftSharp.Data;

/// <summary>Reads a file line by line as bytes. Only the current line is in memory.</summary>
internal sealed class JsonLineReader(Stream stream)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private bool _atEnd;

    /// <summary>The number of the last line, from 1.</summary>
    internal int Line { get; private set; }

    /// <summary>Reads the next line, without line feed; returns false at the end.</summary>
    internal bool Read(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0 || (_atEnd && _end > _start))
            {
                var length = feed >= 0 ? searched + feed : _end - _start;
                line = _buffer.AsSpan(_start, length);
                _start += length + (feed >= 0 ? 1 : 0);
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
            searched = _end - _start;
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
