namespace PeftSharp.Tokenization;

/// <summary>
/// Splits a template into tokens, with the white-space control of transformers: <c>trim_blocks</c> removes the line break after a tag,
/// <c>lstrip_blocks</c> the spaces before a tag that is the first in its line.
/// </summary>
internal sealed class JinjaLexer(JinjaSource source)
{
    private readonly string _text = source.Text;
    private readonly List<JinjaToken> _tokens = [];
    private int _at;

    /// <exception cref="ChatTemplateException">A tag, comment or string is malformed.</exception>
    internal static List<JinjaToken> Read(JinjaSource source) => new JinjaLexer(source).Read();

    private List<JinjaToken> Read()
    {
        while (_at < _text.Length)
        {
            var tag = NextTag();
            if (tag < 0)
            {
                AddData(_text[_at..]);
                break;
            }
            if (_text[tag + 1] == '%' && RawBegin(tag) is { } rawStart)
                ReadRaw(tag, rawStart);
            else
                ReadTag(tag);
        }
        _tokens.Add(new(JinjaTokenKind.End, "", _text.Length));
        return _tokens;
    }

    private int NextTag()
    {
        for (var i = _text.IndexOf('{', _at); i >= 0 && i + 1 < _text.Length; i = _text.IndexOf('{', i + 1))
            if (_text[i + 1] is '%' or '{' or '#')
                return i;
        return -1;
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            _tokens.Add(new(JinjaTokenKind.Data, data, _at));
    }

    /// <summary>
    /// Returns the text before a tag. White space at its end is removed as the sign of the tag and <c>lstrip_blocks</c> require.
    /// </summary>
    private string Before(int tag, bool isVariable, char sign)
    {
        var text = _text[_at..tag];
        if (sign == '-')
            return JinjaText.TrimEnd(text);
        if (sign == '+' || isVariable)
            return text;
        var line = text.LastIndexOf('\n') + 1;
        var startsLine = line > 0 || _at == 0 || _text[_at - 1] == '\n';
        return startsLine && line < text.Length && JinjaText.IsSpace(text.AsSpan(line)) ? text[..line] : text;
    }

    private char Sign(int position) => position < _text.Length && _text[position] is '-' or '+' ? _text[position] : '\0';

    private void ReadTag(int tag)
    {
        var sign = Sign(tag + 2);
        AddData(Before(tag, _text[tag + 1] == '{', sign));
        _at = tag + (sign == '\0' ? 2 : 3);
        if (_text[tag + 1] == '#')
        {
            SkipComment(tag);
            return;
        }
        var isBlock = _text[tag + 1] == '%';
        _tokens.Add(new(isBlock ? JinjaTokenKind.BlockBegin : JinjaTokenKind.VariableBegin, _text.Substring(tag, 2), tag));
        var brackets = new Stack<char>();
        while (true)
        {
            _at = JinjaText.SkipSpace(_text, _at);
            if (_at == _text.Length)
                return;                                                     // the parser reports the missing end
            if (brackets.Count == 0 && TagEnd(_at, isBlock) is { } end)
            {
                _tokens.Add(new(isBlock ? JinjaTokenKind.BlockEnd : JinjaTokenKind.VariableEnd, _text[_at..end].Trim(), _at));
                _at = end;
                return;
            }
            var token = JinjaLiterals.Read(source, _at, out var next);
            Balance(brackets, token);
            _tokens.Add(token);
            _at = next;
        }
    }

    private int? TagEnd(int position, bool isBlock)
    {
        var end = isBlock ? "%}" : "}}";
        var text = _text.AsSpan(position);
        if (text[0] == '-' && text[1..].StartsWith(end))
            return JinjaText.SkipSpace(_text, position + 3);
        if (isBlock && text[0] == '+' && text[1..].StartsWith(end))
            return position + 3;
        return text.StartsWith(end) ? isBlock ? SkipLineBreak(position + 2) : position + 2 : null;
    }

    private int SkipLineBreak(int position) => position < _text.Length && _text[position] == '\n' ? position + 1 : position;

    private void Balance(Stack<char> brackets, JinjaToken token)
    {
        if (token.Kind != JinjaTokenKind.Operator)
            return;
        if (token.Text is "(" or "[" or "{")
        {
            brackets.Push(token.Text == "(" ? ')' : token.Text == "[" ? ']' : '}');
        }
        else if (token.Text is ")" or "]" or "}")
        {
            if (brackets.Count == 0)
                throw source.Syntax(token.Position, $"'{token.Text}' has no opening bracket.");
            if (brackets.Pop() is var expected && expected != token.Text[0])
                throw source.Syntax(token.Position, $"'{expected}' is expected, but '{token.Text}' was found.");
        }
    }

    private void SkipComment(int tag)
    {
        var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
            throw source.Syntax(tag, "The comment has no end. Add '#}'.");
        var sign = end > _at ? _text[end - 1] : '\0';
        _at = sign == '-' ? JinjaText.SkipSpace(_text, end + 2) : sign == '+' ? end + 2 : SkipLineBreak(end + 2);
    }

    /// <summary>Returns the position after <c>{% raw %}</c>; null for other tags.</summary>
    private int? RawBegin(int tag) => Keyword(tag, "raw") is not { } at ? null
        : _text.AsSpan(at).StartsWith("-%}") ? JinjaText.SkipSpace(_text, at + 3)
        : _text.AsSpan(at).StartsWith("%}") ? at + 2
        : null;

    /// <summary>Returns the position after the name of a tag and white space; null if the tag has another name.</summary>
    private int? Keyword(int tag, string name)
    {
        var at = JinjaText.SkipSpace(_text, tag + (Sign(tag + 2) == '\0' ? 2 : 3));
        return _text.AsSpan(at).StartsWith(name) ? JinjaText.SkipSpace(_text, at + name.Length) : null;
    }

    private void ReadRaw(int tag, int start)
    {
        AddData(Before(tag, isVariable: false, Sign(tag + 2)));
        _at = start;
        for (var end = _text.IndexOf("{%", start, StringComparison.Ordinal); end >= 0;
            end = _text.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            if (Keyword(end, "endraw") is not { } close || close >= _text.Length || TagEnd(close, isBlock: true) is not { } next)
                continue;
            AddData(Before(end, isVariable: false, Sign(end + 2)));
            _at = next;
            return;
        }
        throw source.Syntax(tag, "The tag 'raw' has no end. Add '{% endraw %}'.");
    }
}
