namespace PeftSharp.Tokenization;

/// <summary>Converts the tokens of a template to functions that execute it.</summary>
/// <remarks>The grammar is Jinja 3.1 with the extensions of transformers: <c>break</c>, <c>continue</c>, <c>generation</c>.
/// </remarks>
internal sealed partial class JinjaParser
{
    private const int MaxDepth = 200;

    private readonly JinjaSource _source;
    private readonly List<JinjaToken> _tokens;
    private readonly Stack<string> _openTags = new();
    private readonly Stack<HashSet<string>> _specialNames = new();

    // Filters and tests that are not supported. In an 'if' (its test or a branch), they are errors only when they are executed.
    private readonly List<(ChatTemplateException Error, bool IsFinal)> _unsupported = [];

    private JinjaScope _scope;
    private int _at, _depth, _loops;
    private bool _hasGeneration;

    private JinjaParser(JinjaSource source, JinjaScope scope)
    {
        (_source, _scope) = (source, scope);
        _tokens = JinjaLexer.Read(source);
    }

    /// <exception cref="ChatTemplateException">The template is malformed or uses something that is not supported.</exception>
    internal static (JinjaStatement Body, JinjaScope Scope, bool HasGeneration) Parse(JinjaSource source)
    {
        var scope = new JinjaScope(parent: null);
        var parser = new JinjaParser(source, scope);
        var body = parser.ParseBody();
        if (parser._unsupported.Count > 0)
            throw parser._unsupported[0].Error;
        scope.Analyze();
        return (body, scope, parser._hasGeneration);
    }

    private JinjaToken Current => _tokens[_at];

    private JinjaToken Following => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    private JinjaToken Take() => Current.Kind == JinjaTokenKind.End ? Current : _tokens[_at++];

    private bool Skip(string symbol) => Current.IsOperator(symbol) && Advance();

    private bool SkipName(string name) => Current.IsName(name) && Advance();

    private bool Advance()
    {
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Skip(symbol))
            throw Unexpected($"'{symbol}'");
    }

    private void ExpectName(string name)
    {
        if (!SkipName(name))
            throw Unexpected($"'{name}'");
    }

    private JinjaToken ExpectName() => Current.Kind == JinjaTokenKind.Name ? Take() : throw Unexpected("a name");

    private void ExpectEnd(JinjaTokenKind kind)
    {
        if (Current.Kind != kind)
            throw Unexpected(kind == JinjaTokenKind.BlockEnd ? "'%}'" : "'}}'");
        _at++;
    }

    private ChatTemplateException Unexpected(string expected) =>
        _source.Syntax(Current.Position, $"{expected} is expected, but {Current.Describe()} was found.");

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw _source.Fail(ChatTemplateError.Limit, Current.Position, $"Expressions or tags are nested more than {MaxDepth} deep.");
    }

    /// <summary>
    /// Parses a part of the template in a new scope. Unsupported filters and tests in this part are errors, even if the part is in an 'if'.
    /// </summary>
    private T InScope<T>(JinjaScope scope, Func<T> parse)
    {
        var (outer, since) = (_scope, _unsupported.Count);
        _scope = scope;
        var result = parse();
        _scope = outer;
        for (var i = since; i < _unsupported.Count; i++)
            _unsupported[i] = (_unsupported[i].Error, IsFinal: true);
        return result;
    }

    /// <summary>
    /// Accepts the unsupported filters and tests that were found in an 'if'. They are errors only when they are executed.
    /// </summary>
    private void AcceptUnsupported(int since)
    {
        for (var i = _unsupported.Count - 1; i >= since; i--)
            if (!_unsupported[i].IsFinal)
                _unsupported.RemoveAt(i);
    }

    /// <summary>Parses text and tags up to one of the given tags. The current token is then the name of this tag.</summary>
    private JinjaStatement ParseBody(params ReadOnlySpan<string> ends)
    {
        Enter();
        var statements = new List<JinjaStatement>();
        while (true)
        {
            var token = Take();
            if (token.Kind == JinjaTokenKind.End)
            {
                if (ends.Length > 0)
                    throw _source.Syntax(token.Position,
                        $"The tag '{_openTags.Peek()}' has no end. Expected tags: {string.Join(", ", ends.ToArray())}.");
                break;
            }
            if (token.Kind == JinjaTokenKind.Data)
            {
                statements.Add(frame => Write(frame, token.Position, token.Text));
            }
            else if (token.Kind == JinjaTokenKind.VariableBegin)
            {
                statements.Add(Print(token.Position, ParseTuple()));
                ExpectEnd(JinjaTokenKind.VariableEnd);
            }
            else
            {
                if (Current.Kind == JinjaTokenKind.Name && ends.Contains(Current.Text))
                    break;
                statements.Add(ParseStatement());
                ExpectEnd(JinjaTokenKind.BlockEnd);
            }
        }
        _depth--;
        return Sequence([.. statements]);
    }

    /// <summary>Parses the rest of a tag and the statements until the tag that ends it.</summary>
    private JinjaStatement ParseBodyOfTag(params ReadOnlySpan<string> ends)
    {
        Skip(":");
        ExpectEnd(JinjaTokenKind.BlockEnd);
        return ParseBody(ends);
    }

    private static JinjaFlow Write(JinjaFrame frame, int position, string text)
    {
        frame.Run.At(position);
        frame.Run.Write(text);
        return JinjaFlow.Next;
    }

    private static JinjaStatement Print(int position, JinjaExpression value) => frame =>
    {
        var printed = value(frame);
        frame.Run.At(position);
        frame.Run.Write(JinjaRepr.Str(frame.Run, printed));
        return JinjaFlow.Next;
    };

    private static JinjaStatement Sequence(JinjaStatement[] statements) => statements.Length == 1 ? statements[0] : frame =>
    {
        foreach (var statement in statements)
            if (statement(frame) is var flow && flow != JinjaFlow.Next)
                return flow;
        return JinjaFlow.Next;
    };
}
