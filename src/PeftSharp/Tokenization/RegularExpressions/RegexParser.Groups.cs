namespace PeftSharp.Tokenization;

/// <content>Groups, options, and the white space and comments of extended expressions.</content>
internal sealed partial class RegexParser
{
    private string ParseGroup(RegexOptionFlags options)
    {
        _folded = "";
        var start = "(?:";
        if (_reader.TryRead("?"))
        {
            if (_reader.TryRead("#"))
            {
                _reader.ReadUntil(')');
                return "(?:)";
            }
            string[] supported = ["<=", "<!", ":", "=", "!", ">"];
            if (supported.FirstOrDefault(_reader.TryRead) is { } kind)
                start = "(?" + kind;
            else if (_reader.TryRead("<"))
                _reader.ReadUntil('>');
            else if (_reader.TryRead("'"))
                _reader.ReadUntil('\'');
            else if (ReadOptions(options) is { } changed && _reader.TryRead(":"))
                options = changed;
            else
                throw _reader.Unsupported($"a group that begins with '(?{_reader.Peek}'");
        }
        else if (_reader.Peek == '*')
        {
            throw _reader.Unsupported("a group that begins with '(*'");
        }
        var content = ParseAlternatives(options);
        _folded = "";
        return _reader.TryRead(")") ? $"{start}{content})" : throw _reader.Malformed("')' is missing");
    }

    // Parses options without a group, such as (?i).
    private RegexOptionFlags? TryParseOptions(RegexOptionFlags options)
    {
        var mark = _reader.Mark();
        if (_reader.TryRead("(?") && ReadOptions(options) is { } changed && _reader.TryRead(")"))
            return changed;
        _reader.Return(mark);
        return null;
    }

    private RegexOptionFlags? ReadOptions(RegexOptionFlags options)
    {
        var mark = _reader.Mark();
        for (var value = true; ; _reader.Read())
        {
            switch (_reader.Peek)
            {
                case '-': value = false; break;
                case 'i': options = options with { IgnoresCase = value }; break;
                case 'm': options = options with { DotMatchesLineEnd = value }; break;
                case 'x': options = options with { IsExtended = value }; break;
                default: return _reader.Mark() > mark ? options : null;
            }
        }
    }

    private bool TrySkipExtended()
    {
        if (_reader.TryRead("#"))
        {
            while (!_reader.IsAtEnd && _reader.Read() != '\n')
            {
            }
            return true;
        }
        if (!UnicodeTables.Is(_reader.Peek, UnicodeFlags.Space))
            return false;
        _reader.Read();
        return true;
    }
}
