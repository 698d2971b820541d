namespace PeftSharp.Tokenization;

/// <summary>A text during normalization: its current characters and, for each, the corresponding range of the original text.</summary>
/// <remarks>
/// Instances are reused. Ranges are stored only after characters have been inserted or removed. The ranges of new characters are the same
/// as in <c>NormalizedString</c> of Hugging Face's tokenizers: a replacement has the range of the replaced character, and an insertion has
/// the range of the character before it.
/// </remarks>
internal sealed class AlignedText
{
    private char[] _chars = new char[256], _newChars = new char[256];
    private int[] _starts = [], _ends = [], _newStarts = [], _newEnds = [];
    private bool _aligned = true;       // character i is character _base + i of the original
    private const int MaxLength = 1 << 24;      // the limit of a normalized text, unless the original text is long, too
    private const long MaxGrowth = 64;
    private int _base, _originalLength;
    private int _read, _written;

    internal int Length { get; private set; }

    internal Span<char> Chars => _chars.AsSpan(0, Length);

    /// <summary>Sets the text to the range <paramref name="start"/>..<paramref name="end"/> of the original text.</summary>
    internal void Reset(string original, int start, int end)
    {
        (_base, Length, _originalLength, _aligned) = (start, end - start, end - start, true);
        if (_chars.Length < Length)
            _chars = new char[Length + Length / 4];
        original.AsSpan(start, Length).CopyTo(_chars);
        if (Chars.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
            ReplaceLoneSurrogates();
    }

    /// <summary>The range of the original text, in UTF-16 code units, for a non-empty range of the current text.</summary>
    internal (int Start, int End) OriginalRange(int start, int end) =>
        _aligned ? (_base + start, _base + end) : (_starts[start], _ends[end - 1]);

    /// <summary>Begins a pass that keeps, drops, replaces and inserts code points in the order of the text.</summary>
    internal void BeginRewrite()
    {
        StoreRanges();
        (_read, _written) = (0, 0);
    }

    internal void EndRewrite()
    {
        (_chars, _newChars) = (_newChars, _chars);
        (_starts, _newStarts) = (_newStarts, _starts);
        (_ends, _newEnds) = (_newEnds, _ends);
        Length = _written;
    }

    /// <summary>The index of the next character to be written.</summary>
    internal int Written => _written;

    /// <summary>Copies the characters before <paramref name="position"/>.</summary>
    internal void KeepUntil(int position)
    {
        var count = position - _read;
        Reserve(count);
        _chars.AsSpan(_read, count).CopyTo(_newChars.AsSpan(_written));
        _starts.AsSpan(_read, count).CopyTo(_newStarts.AsSpan(_written));
        _ends.AsSpan(_read, count).CopyTo(_newEnds.AsSpan(_written));
        (_read, _written) = (position, _written + count);
    }

    /// <summary>Drops the characters before <paramref name="position"/>.</summary>
    internal void DropUntil(int position) => _read = position;

    /// <summary>
    /// Writes a code point. With <paramref name="change"/> 1 it is inserted; otherwise it replaces the next code point and
    /// -<paramref name="change"/> further ones.
    /// </summary>
    internal void Emit(int codePoint, int change)
    {
        var (start, end) = change <= 0 ? (_starts[_read], _ends[_read])
            : _read > 0 ? (_starts[_read - 1], _ends[_read - 1])
            : (_base, _base);
        Reserve(2);
        if (codePoint < 0x10000)
        {
            Write((char)codePoint, start, end);
        }
        else
        {
            Write((char)((codePoint - 0x10000 >> 10) + 0xD800), start, end);
            Write((char)((codePoint & 0x3FF) + 0xDC00), start, end);
        }
        for (; change <= 0; change++)
            _read += char.IsHighSurrogate(_chars[_read]) ? 2 : 1;      // always a pair: lone surrogates were replaced
    }

    /// <summary>Inserts a text at the current position. Its characters have the range of the character before the text.</summary>
    internal void Insert(ReadOnlySpan<char> content)
    {
        for (var i = 0; i < content.Length;)
        {
            Emit(CodePoints.At(content, i, out var units), 1);
            i += units;
        }
    }

    private void Write(char c, int start, int end)
    {
        (_newChars[_written], _newStarts[_written], _newEnds[_written]) = (c, start, end);
        _written++;
    }

    private void Reserve(int count)
    {
        var needed = _written + count;
        if (needed > MaxLength && needed > MaxGrowth * _originalLength)
            throw new TokenizerException($"The normalizers of the tokenizer make a text of {_originalLength} characters longer than "
                + $"{MaxLength} characters. Check the replacements in tokenizer.json.");
        if (_newChars.Length < needed)
            Array.Resize(ref _newChars, Math.Max(needed, 2 * _newChars.Length));
        if (_newStarts.Length < _newChars.Length)
        {
            Array.Resize(ref _newStarts, _newChars.Length);
            Array.Resize(ref _newEnds, _newChars.Length);
        }
    }

    private void StoreRanges()
    {
        if (!_aligned)
            return;
        if (_starts.Length < _chars.Length)
            (_starts, _ends) = (new int[_chars.Length], new int[_chars.Length]);
        for (var i = 0; i < Length; i++)
        {
            (_starts[i], _ends[i]) = (_base + i, _base + i + 1);
            if (char.IsLowSurrogate(_chars[i]))
                (_starts[i], _ends[i - 1]) = (_base + i - 1, _base + i + 1);     // the surrogates are one code point
        }
        _aligned = false;
    }

    private void ReplaceLoneSurrogates()
    {
        for (var i = CodePoints.LoneSurrogate(Chars); i >= 0; i = CodePoints.LoneSurrogate(Chars, i + 1))
            _chars[i] = (char)CodePoints.Replacement;
    }
}
