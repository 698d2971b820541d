using System.Globalization;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>
/// Parses a regular expression with the syntax of Ruby, and writes it with the syntax of .NET, in which a placeholder stands for each set
/// of code points (<see cref="RegexAlphabet.FirstSet"/>).
/// </summary>
/// <remarks>
/// Groups do not capture, because references to captured text are not supported: the alphabet does not distinguish all code points.
/// </remarks>
internal sealed partial class RegexParser(string expression)
{
    private readonly RegexReader _reader = new(expression);
    private readonly RegexSets _sets = new();
    private string _folded = "";        // consecutive literals that match without regard to case

    /// <summary>The sets of the expression, in the order of their placeholders.</summary>
    internal IReadOnlyList<CodePointSet> Sets => _sets.All;

    internal string Parse()
    {
        var pattern = ParseAlternatives(default);
        return _reader.IsAtEnd ? pattern : throw _reader.Malformed("')' has no '('");
    }

    private string LineEnd => Write(CodePointSet.Of('\n'));

    private string ParseAlternatives(RegexOptionFlags options)
    {
        var pattern = new StringBuilder();
        _reader.Enter();
        while (true)
        {
            if (_reader.IsAtEnd || _reader.Peek == ')')
            {
                _reader.Leave();
                return pattern.ToString();
            }
            if (_reader.TryRead("|"))
            {
                pattern.Append('|');
                _folded = "";
            }
            else if (options.IsExtended && TrySkipExtended())
            {
            }
            else if (TryParseOptions(options) is { } changed)
            {
                pattern.Append("(?:").Append(ParseAlternatives(changed)).Append(')');      // the options apply to the rest of the group
            }
            else
            {
                pattern.Append(ParseQuantified(options));
            }
        }
    }

    private string ParseQuantified(RegexOptionFlags options)
    {
        var atom = ParseAtom(options, out var literal);
        var isQuantified = false;
        while (options.IsExtended && TrySkipExtended())
        {
        }
        while (TryParseQuantifier(atom) is { } quantified)
            (atom, isQuantified) = (quantified, true);
        FollowLiterals(isQuantified || !options.IgnoresCase ? null : literal);
        return atom;
    }

    // A case-insensitive ss also matches ß, so a case-insensitive literal must not contain such a sequence.
    private void FollowLiterals(int? literal)
    {
        _folded = literal is { } c ? _folded + char.ConvertFromUtf32(c).ToLowerInvariant() : "";
        foreach (var (other, folded) in UnicodeProperties.LongCaseFolds)
            if (literal is not null && (other == literal || _folded.EndsWith(folded, StringComparison.Ordinal)))
                throw _reader.Unsupported($"a case-insensitive '{folded}', which also matches '{char.ConvertFromUtf32(other)}'");
    }

    private string ParseAtom(RegexOptionFlags options, out int? literal)
    {
        literal = null;
        var c = _reader.Read();
        switch (c)
        {
            case '(': return ParseGroup(options);
            case '[': return Write(RegexClassParser.Parse(_reader, options.IgnoresCase));
            case '.': return Write(options.DotMatchesLineEnd ? CodePointSet.All : CodePointSet.Of('\n').Complement());
            case '^': return $"(?:\\A|(?<={LineEnd})(?!\\z))";
            case '$': return $"(?:(?={LineEnd})|\\z)";
            case '*' or '+' or '?': throw _reader.Malformed($"'{(char)c}' follows nothing that can be repeated");
            case '\\': return ParseEscape(options, out literal);
            default:
                literal = c;
                return WriteLiteral(c, options);
        }
    }

    private string ParseEscape(RegexOptionFlags options, out int? literal)
    {
        literal = null;
        if (_reader.ReadEscapedSet(isInClass: false) is { } set)
            return Write(set);
        var word = Write(UnicodeProperties.Word);
        switch (_reader.Peek)
        {
            case 'A' or 'z':
                return $"\\{(char)_reader.Read()}";
            case 'Z':
                _reader.Read();
                return $"(?={LineEnd}?\\z)";
            case 'b':
                _reader.Read();
                return $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))";
            case 'B':
                _reader.Read();
                return $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))";
            case 'N':
                _reader.Read();
                return Write(CodePointSet.Of('\n').Complement());
            case 'O':
                _reader.Read();
                return Write(CodePointSet.All);
            case 'R':
                _reader.Read();
                var ends = CodePointSet.OfRange('\n', '\r').Union(CodePointSet.Of(0x85)).Union(CodePointSet.OfRange(0x2028, 0x2029));
                return $"(?>{Write(CodePointSet.Of('\r'))}{LineEnd}|{Write(ends)})";
            case 'k' or (>= '1' and <= '9') when !IsOctal():
                throw _reader.Unsupported("a reference to captured text");
        }
        literal = _reader.ReadEscapedCodePoint();
        return WriteLiteral(literal.Value, options);
    }

    // '\12' is an octal code point, unless the expression has at least 12 groups: then it is a reference to group 12.
    private bool IsOctal()
    {
        var mark = _reader.Mark();
        var number = _reader.Peek is >= '1' and <= '7' ? _reader.ReadNumber() : null;
        _reader.Return(mark);
        return number > Math.Max(9, expression.Count(c => c == '('));
    }

    // Returns null if no quantifier follows. '{' that does not begin an interval is a literal.
    private string? TryParseQuantifier(string atom)
    {
        if (_reader.Peek is '?' or '*' or '+' && !_reader.IsAtEnd)
        {
            var repeated = $"(?:{atom}){(char)_reader.Read()}";
            return _reader.TryRead("+") ? $"(?>{repeated})" : _reader.TryRead("?") ? repeated + "?" : repeated;
        }
        var mark = _reader.Mark();
        if (!_reader.TryRead("{"))
            return null;
        var min = _reader.ReadNumber();
        var isRange = _reader.TryRead(",");
        var max = isRange ? _reader.ReadNumber() : min;
        if (!_reader.TryRead("}") || min is null && max is null)
        {
            _reader.Return(mark);
            return null;
        }
        if (max < (min ?? 0))
            throw _reader.Unsupported($"the interval {{{min},{max}}}, whose minimum is greater than its maximum");
        var interval = string.Create(CultureInfo.InvariantCulture, $"(?:{atom}){{{min ?? 0},{max}}}");
        return !_reader.TryRead("?") ? interval : isRange ? interval + "?" : $"(?:{interval})?";
    }

    private string WriteLiteral(int c, RegexOptionFlags options) =>
        Write(options.IgnoresCase ? UnicodeProperties.WithoutCase(CodePointSet.Of(c)) : CodePointSet.Of(c));

    private string Write(CodePointSet set) =>
        _sets.PlaceholderOf(set) ?? throw _reader.Unsupported($"more than {RegexAlphabet.MaxSets} different sets of characters");
}
