namespace PeftSharp.Tokenization;

/// <content>Expressions with operators, in the order of their precedence.</content>
internal sealed partial class JinjaParser
{
    private static readonly string[] _comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private JinjaExpression ParseExpression(bool withCondition = true)
    {
        Enter();
        var expression = withCondition ? ParseConditional() : ParseOr();
        _depth--;
        return expression;
    }

    /// <summary>Parses one expression, or several that are separated by commas as a tuple.</summary>
    private JinjaExpression ParseTuple(bool withCondition = true, string? end = null, bool allowsEmpty = false)
    {
        var items = new List<JinjaExpression>();
        var isTuple = false;
        while (!IsEndOfTuple(end))
        {
            items.Add(ParseExpression(withCondition));
            if (!Skip(","))
                break;
            isTuple = true;
        }
        if (!isTuple && items.Count == 1)
            return items[0];
        if (!isTuple && !allowsEmpty)
            throw Unexpected("an expression");
        var parts = items.ToArray();
        return frame => new JinjaTuple(Evaluate(frame, parts));
    }

    private bool IsEndOfTuple(string? end) => Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd
        || Current.IsOperator(")") || end is not null && Current.IsName(end);

    private static object?[] Evaluate(JinjaFrame frame, JinjaExpression[] expressions)
    {
        frame.Run.Charge(expressions.Length);
        return Array.ConvertAll(expressions, expression => expression(frame));
    }

    private JinjaExpression ParseConditional()
    {
        var since = _unsupported.Count;
        var value = ParseOr();
        while (SkipName("if"))
        {
            var (then, test) = (value, ParseOr());
            if (SkipName("else"))
            {
                var otherwise = ParseExpression();
                value = frame => Choose(frame, test) ? then(frame) : otherwise(frame);
            }
            else
            {
                value = frame => Choose(frame, test)
                    ? then(frame)
                    : new JinjaUndefined("The condition of 'if' is false, and there is no 'else'.");
            }
            AcceptUnsupported(since);
        }
        return value;
    }

    private static bool Choose(JinjaFrame frame, JinjaExpression test)
    {
        JinjaRun.RequireStack();
        return JinjaTypes.Truth(test(frame));
    }

    private JinjaExpression ParseOr()
    {
        var left = ParseAnd();
        while (SkipName("or"))
        {
            var (first, second) = (left, ParseAnd());
            left = frame =>
            {
                JinjaRun.RequireStack();
                var value = first(frame);
                return JinjaTypes.Truth(value) ? value : second(frame);
            };
        }
        return left;
    }

    private JinjaExpression ParseAnd()
    {
        var left = ParseNot();
        while (SkipName("and"))
        {
            var (first, second) = (left, ParseNot());
            left = frame =>
            {
                JinjaRun.RequireStack();
                var value = first(frame);
                return JinjaTypes.Truth(value) ? second(frame) : value;
            };
        }
        return left;
    }

    private JinjaExpression ParseNot()
    {
        if (!SkipName("not"))
            return ParseComparison();
        Enter();
        var operand = ParseNot();
        _depth--;
        return frame => !JinjaTypes.Truth(operand(frame));
    }

    private JinjaExpression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string Symbol, int Position, JinjaExpression Operand)>();
        while (true)
        {
            var token = Current;
            if (token.Kind == JinjaTokenKind.Operator && _comparisons.Contains(token.Text) || token.IsName("in"))
            {
                _at++;
                rest.Add((token.Text, token.Position, ParseSum()));
            }
            else if (token.IsName("not") && Following.IsName("in"))
            {
                _at += 2;
                rest.Add(("not in", token.Position, ParseSum()));
            }
            else
            {
                break;
            }
        }
        if (rest.Count == 0)
            return first;
        var comparisons = rest.ToArray();
        return frame => CompareAll(frame, first(frame), comparisons);
    }

    private static bool CompareAll(
        JinjaFrame frame, object? left, (string Symbol, int Position, JinjaExpression Operand)[] comparisons)
    {
        JinjaRun.RequireStack();
        foreach (var (symbol, position, operand) in comparisons)
        {
            var right = operand(frame);
            frame.Run.At(position);
            if (!JinjaOperators.Compare(frame.Run, symbol, left, right))
                return false;
            left = right;
        }
        return true;
    }

    private JinjaExpression ParseSum() => ParseBinary(ParseConcat, "+", "-");

    private JinjaExpression ParseConcat()
    {
        var first = ParseProduct();
        if (!Current.IsOperator("~"))
            return first;
        var position = Current.Position;
        var parts = new List<JinjaExpression> { first };
        while (Skip("~"))
            parts.Add(ParseProduct());
        var all = parts.ToArray();
        return frame =>
        {
            JinjaRun.RequireStack();
            var values = Evaluate(frame, all);
            frame.Run.At(position);
            return JinjaOperators.Concat(frame.Run, values);
        };
    }

    private JinjaExpression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private JinjaExpression ParsePower() => ParseBinary(() => ParseUnary(), "**");

    private JinjaExpression ParseBinary(Func<JinjaExpression> parseOperand, params string[] symbols)
    {
        var left = parseOperand();
        while (Current.Kind == JinjaTokenKind.Operator && symbols.Contains(Current.Text))
        {
            var token = Take();
            var (first, second) = (left, parseOperand());
            left = frame =>
            {
                JinjaRun.RequireStack();
                var x = first(frame);
                var y = second(frame);
                frame.Run.At(token.Position);
                return JinjaOperators.Binary(frame.Run, token.Text, x, y);
            };
        }
        return left;
    }

    private JinjaExpression ParseUnary(bool withFilters = true)
    {
        var token = Current;
        JinjaExpression value;
        if (Skip("-") || Skip("+"))
        {
            Enter();
            var operand = ParseUnary(withFilters: false);
            _depth--;
            value = frame =>
            {
                var number = operand(frame);
                frame.Run.At(token.Position);
                return JinjaOperators.Unary(token.Text, number);
            };
        }
        else
        {
            value = ParsePrimary();
        }
        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }
}
