using System.Globalization;

namespace PeftSharp.Tokenization;

/// <summary>Reads the characters and escape sequences of a regular expression.</summary>
internal sealed class RegexReader(string expression)
{
    private const int MaxDepth = 250, MaxShownLength = 500;
    private int _depth;
    private int _position;

    internal bool IsAtEnd => _position >= expression.Length;

    /// <summary>The next character; U+0000 at the end.</summary>
    internal char Peek => IsAtEnd ? '\0' : expression[_position];

    internal bool StartsWith(string text) => string.CompareOrdinal(expression, _position, text, 0, text.Length) == 0;

    internal bool TryRead(string text)
    {
        if (IsAtEnd || !StartsWith(text))
            return false;
        _position += text.Length;
        return true;
    }

    /// <summary>Reads the next code point.</summary>
    internal int Read()
    {
        if (IsAtEnd)
            throw Malformed("it ends unexpectedly");
        var c = CodePoints.At(expression, _position, out var units);
        _position += units;
        return c;
    }

    /// <summary>Reads the text before a character, and the character.</summary>
    internal string ReadUntil(char end)
    {
        var stop = expression.IndexOf(end, _position);
        if (stop < 0)
            throw Malformed($"'{end}' is missing");
        var text = expression[_position..stop];
        _position = stop + 1;
        return text;
    }

    /// <summary>Reads decimal digits; null if there are none.</summary>
    internal int? ReadNumber()
    {
        var start = _position;
        while (char.IsAsciiDigit(Peek))
            _position++;
        if (start == _position)
            return null;
        return int.TryParse(expression.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Malformed($"{expression[start.._position]} is too large");
    }

    /// <summary>Returns the current position, for <see cref="Return"/>.</summary>
    internal int Mark() => _position;

    internal void Return(int mark) => _position = mark;

    /// <summary>
    /// Reads an escape sequence after the backslash if it stands for a set of code points, such as <c>\d</c> and <c>\p{L}</c>.
    /// </summary>
    /// <param name="isInClass">Whether the sequence is in a class in brackets.</param>
    internal CodePointSet? ReadEscapedSet(bool isInClass)
    {
        var c = Peek;
        var set = char.ToLowerInvariant(c) switch
        {
            'd' => UnicodeProperties.Find("Nd"),
            'w' => isInClass ? UnicodeProperties.WordInClass : UnicodeProperties.Word,
            's' => UnicodeProperties.Space,
            'h' => UnicodeProperties.FindPosix("xdigit"),
            'p' => null,
            _ => CodePointSet.Empty,
        };
        if (set is { IsEmpty: true })
            return null;
        _position++;
        if (set is not null)
            return char.IsAsciiLetterUpper(c) ? set.Complement() : set;
        if (!TryRead("{"))
            throw Unsupported($"'\\{c}' without a name in braces");
        var isNegated = c == 'P' ^ TryRead("^");
        var name = ReadUntil('}');
        var property = UnicodeProperties.Find(name) ?? throw Unsupported($"the property '{name}'");
        if (isInClass && property.Equals(UnicodeProperties.Word))
            property = UnicodeProperties.WordInClass;
        return isNegated ? property.Complement() : property;
    }

    /// <summary>Reads an escape sequence after the backslash that stands for one code point.</summary>
    internal int ReadEscapedCodePoint()
    {
        var start = _position;
        var c = Read();
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return 0x1B;
            case 'u': return ReadHexadecimal(4, 4);
            case 'x' when TryRead("{"):
                var value = ReadHexadecimal(1, 8);
                return TryRead("}") ? value : throw Unsupported("several code points in '\\x{…}'");
            case 'x':
                return ReadHexadecimal(1, 2) is < 0x80 and var low ? low : throw Unsupported("a single byte of a character");
            case 'c': return Read() & 0x1F;
            case '0' or (>= '1' and <= '7') when c == '0' || char.IsAsciiDigit(Peek):
                _position = start;
                return ReadOctal();
            case < 0x80 when char.IsAsciiLetterOrDigit((char)c): throw Unsupported($"'\\{(char)c}'");
            default: return c;
        }
    }

    /// <summary>Begins a group or a class of characters. Deep nesting is refused, because the parsers are recursive.</summary>
    /// <exception cref="TokenizerException">Groups and classes are nested too deep.</exception>
    internal void Enter()
    {
        if (++_depth > MaxDepth)
            throw Unsupported($"groups or classes that are nested more than {MaxDepth} deep");
    }

    /// <summary>Ends a group or a class of characters.</summary>
    internal void Leave() => _depth--;

    internal TokenizerException Malformed(string what) =>
        new($"The regular expression '{Shown}' of the tokenizer is malformed: {what} (position {_position}).");

    private string Shown => expression.Length <= MaxShownLength ? expression : expression[..MaxShownLength] + "…";

    internal TokenizerException Unsupported(string what) =>
        new($"The regular expression '{Shown}' of the tokenizer uses {what}, which is not supported (position {_position}).");

    private int ReadHexadecimal(int min, int max)
    {
        var start = _position;
        while (_position - start < max && char.IsAsciiHexDigit(Peek))
            _position++;
        var digits = expression.AsSpan(start, _position - start);
        return digits.Length >= min && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && value is >= 0 and < CodePointSet.Limit
            ? value
            : throw Malformed($"'{digits}' is not a code point in hexadecimal digits");
    }

    private int ReadOctal()
    {
        var value = 0;
        for (var digits = 0; digits < 3 && Peek is >= '0' and <= '7'; digits++)
            value = 8 * value + (Read() - '0');
        return value;
    }
}
