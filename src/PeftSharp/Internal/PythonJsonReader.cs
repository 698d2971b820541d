using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace PeftSharp.Internal;

/// <summary>Parses the JSON that Python writes: RFC 8259 and the numbers <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which
/// System.Text.Json rejects.</summary>
internal ref struct PythonJsonReader
{
    internal const int MaxDepth = 256;  // more than real files need, and far from a stack overflow

    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _refuseDuplicates;
    private int _at;
    private int _depth;

    private PythonJsonReader(ReadOnlySpan<byte> text, bool refuseDuplicates)
    {
        _text = text;
        _refuseDuplicates = refuseDuplicates;
    }

    /// <exception cref="JsonException">The text is not valid JSON. The exception contains the line and the byte in the line, both
    /// zero-based.</exception>
    internal static JsonNode? Read(ReadOnlySpan<byte> utf8, bool refuseDuplicates)
    {
        var reader = new PythonJsonReader(
            utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8, refuseDuplicates);
        if (!Utf8.IsValid(reader._text))
            throw reader.Fault("the text is not UTF-8", reader.FirstInvalidByte());
        var value = reader.ReadValue();
        reader.SkipSpace();
        return reader._at == reader._text.Length ? value : throw reader.Fault("text follows the end of the value");
    }

    private JsonNode? ReadValue()
    {
        SkipSpace();
        switch (Peek())
        {
            case (byte)'{':
                return ReadObject();
            case (byte)'[':
                return ReadArray();
            case (byte)'"':
                return JsonValue.Create(ReadString());
            case (byte)'t':
                return Take("true"u8, JsonValue.Create(true));
            case (byte)'f':
                return Take("false"u8, JsonValue.Create(false));
            case (byte)'n':
                return Take("null"u8, null);
            case (byte)'N':
                return Take("NaN"u8, JsonValue.Create(double.NaN));
            case (byte)'I':
                return Take("Infinity"u8, JsonValue.Create(double.PositiveInfinity));
            case (byte)'-' when _text[_at..].StartsWith("-I"u8):
                return Take("-Infinity"u8, JsonValue.Create(double.NegativeInfinity));
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return ReadNumber();
            default:
                throw Fault("a value is expected");
        }
    }

    private JsonObject ReadObject()
    {
        Enter();
        var fields = new JsonObject();
        for (var first = true; !Closes((byte)'}', first); first = false)
        {
            SkipSpace();
            var start = _at;
            if (Peek() != '"')
                throw Fault("a field's name in double quotes is expected");
            var name = ReadString();
            if (_refuseDuplicates && fields.ContainsKey(name))
                throw Fault($"the field '{name}' occurs more than once", start);
            SkipSpace();
            if (Peek() != ':')
                throw Fault($"':' is expected after the name '{name}'");
            _at++;
            fields[name] = ReadValue();
        }
        _depth--;
        return fields;
    }

    private JsonArray ReadArray()
    {
        Enter();
        var items = new JsonArray();
        for (var first = true; !Closes((byte)']', first); first = false)
            items.Add(ReadValue());
        _depth--;
        return items;
    }

    /// <summary>Consumes the opening bracket of an object or array.</summary>
    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw Fault($"objects and arrays are nested more than {MaxDepth} deep");
        _at++;
    }

    /// <summary>Consumes the closing bracket and returns true, or the comma before the next item and returns false.</summary>
    private bool Closes(byte bracket, bool first)
    {
        SkipSpace();
        var next = Peek();
        if (next != bracket && first)
            return false;
        if (next != bracket && next != ',')
            throw Fault($"',' or '{(char)bracket}' is expected");
        _at++;
        return next == bracket;
    }

    private string ReadString()
    {
        var start = ++_at;
        var length = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
        StringBuilder? unescaped = null;
        while (true)
        {
            if (length < 0)
                throw Fault("the text ends inside a string", _text.Length);
            var plain = _text.Slice(_at, length);
            var control = plain.IndexOfAnyInRange((byte)0, (byte)0x1f);
            if (control >= 0)
                throw Fault("a string contains an unescaped control character", _at + control);
            _at += length + 1;
            if (_text[_at - 1] == '"')
                return unescaped is null
                    ? Encoding.UTF8.GetString(_text[start..(_at - 1)])
                    : unescaped.Append(Encoding.UTF8.GetString(plain)).ToString();
            (unescaped ??= new StringBuilder()).Append(Encoding.UTF8.GetString(plain)).Append(ReadEscape());
            length = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
        }
    }

    private char ReadEscape()
    {
        var letter = Peek();
        _at++;
        switch (letter)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                return (char)letter;
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _at += 4;
                return (char)unit;   // a surrogate pair is two escapes; an unpaired surrogate is kept, as in Python
            default:
                throw Fault("'\\' does not start a valid escape sequence", _at - 2);
        }
    }

    private JsonValue ReadNumber()
    {
        var start = _at;
        if (Peek() == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else
            Digits();
        var whole = true;
        if (_at < _text.Length && _text[_at] == '.')
        {
            whole = false;
            _at++;
            Digits();
        }
        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            whole = false;
            _at++;
            if (Peek() is (byte)'+' or (byte)'-')
                _at++;
            Digits();
        }
        var text = _text[start.._at];
        if (!whole)
            return JsonValue.Create(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        return JsonNode.Parse(text)!.AsValue();   // converts to all numeric types and keeps integers of more than 64 bits
    }

    private void Digits()
    {
        var count = _text[_at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? _text.Length - _at : count;
        if (count == 0)
            throw Fault("a digit is expected");
        _at += count;
    }

    private JsonNode? Take(ReadOnlySpan<byte> word, JsonNode? value)
    {
        if (!_text[_at..].StartsWith(word))
            throw Fault("a value is expected");
        _at += word.Length;
        return value;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _at++;
    }

    private readonly byte Peek() =>
        _at < _text.Length ? _text[_at] : throw Fault("the text ends before the value is complete", _text.Length);

    private readonly int FirstInvalidByte()
    {
        var at = 0;
        while (at < _text.Length && Rune.DecodeFromUtf8(_text[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }

    private readonly JsonException Fault(string what) => Fault(what, _at);

    private readonly JsonException Fault(string what, int at)
    {
        var before = _text[..Math.Min(at, _text.Length)];
        return new JsonException(what, path: null, before.Count((byte)'\n'), before.Length - 1 - before.LastIndexOf((byte)'\n'));
    }
}
