namespace PeftSharp.Tokenization;

/// <content>Arguments, filters and tests.</content>
internal sealed partial class JinjaParser
{
    private static readonly Func<JinjaFrame, JinjaArguments> _noArguments = _ => JinjaArguments.None;

    private Func<JinjaFrame, JinjaArguments> ParseArguments()
    {
        var start = Current.Position;
        List<JinjaExpression> positional = [];
        List<(string Name, JinjaExpression Value)> named = [];
        JinjaExpression? list = null, dict = null;
        Expect("(");
        while (!Current.IsOperator(")"))
        {
            var token = Current;
            if (Skip("**"))
                dict = dict is null ? ParseExpression() : throw OrderOfArguments(start);
            else if (Skip("*"))
                list = list is null && dict is null ? ParseExpression() : throw OrderOfArguments(start);
            else if (token.Kind == JinjaTokenKind.Name && Following.IsOperator("=") && dict is null && Advance() && Advance())
                named.Add((token.Text, ParseExpression()));
            else
                positional.Add(list is null && dict is null && named.Count == 0 ? ParseExpression() : throw OrderOfArguments(start));
            if (!Skip(","))
                break;
        }
        Expect(")");
        var (first, second) = (positional.ToArray(), named.ToArray());
        if (first.Length == 0 && second.Length == 0 && list is null && dict is null)
            return _noArguments;
        return frame => Arguments(frame, first, second, list, dict);
    }

    private ChatTemplateException OrderOfArguments(int position) => _source.Syntax(
        position, "Arguments must be in this order: positional arguments, named arguments, *list, **dictionary.");

    private static JinjaArguments Arguments(
        JinjaFrame frame, JinjaExpression[] positional, (string Name, JinjaExpression Value)[] named, JinjaExpression? list,
        JinjaExpression? dict)
    {
        object?[] values = Evaluate(frame, positional);
        var pairs = Array.ConvertAll(named, pair => KeyValuePair.Create(pair.Name, pair.Value(frame)));
        if (list is not null)
            values = [.. values, .. JinjaTypes.ToList(frame.Run, list(frame))];
        if (dict is not null)
            pairs = dict(frame) is JinjaDict more
                ? [.. pairs, .. more.Items.Select(item => KeyValuePair.Create(JinjaTypes.Text(item.Key), item.Value))]
                : throw new JinjaFault("The value after '**' must be a dictionary.");
        if (pairs.Length > 1 && pairs.DistinctBy(pair => pair.Key).Count() < pairs.Length)
            throw new JinjaFault("A named argument was passed twice.");
        return new JinjaArguments(values, pairs.Length > 0 ? pairs : null);
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression value)
    {
        while (true)
        {
            if (Current.IsOperator("|"))
                value = ParseFilters(value);
            else if (Current.IsName("is"))
                value = ParseTest(value);
            else if (Current.IsOperator("("))
                value = ParseCall(value);
            else
                return value;
        }
    }

    /// <summary>Parses <c>| name(arguments)</c>, several times.</summary>
    /// <param name="value">The value to filter.</param>
    /// <param name="isFirst">Whether the first filter has no <c>|</c>.</param>
    private JinjaExpression ParseFilters(JinjaExpression value, bool isFirst = false)
    {
        while (isFirst || Skip("|"))
        {
            isFirst = false;
            var token = ExpectName();
            var name = DottedName(token);
            var arguments = Current.IsOperator("(") ? ParseArguments() : _noArguments;
            var filter = JinjaFilters.Find(name);
            if (filter is null)
                _unsupported.Add((_source.Unsupported(token.Position, JinjaFilters.Unknown(name).Message), IsFinal: false));
            var operand = value;
            value = frame =>
            {
                JinjaRun.RequireStack();
                var input = operand(frame);
                var given = arguments(frame);
                frame.Run.At(token.Position);
                return filter is null ? throw JinjaFilters.Unknown(name) : filter(frame.Run, input, given);
            };
        }
        return value;
    }

    private string DottedName(JinjaToken first)
    {
        var name = first.Text;
        while (Skip("."))
            name += "." + ExpectName().Text;
        return name;
    }

    private JinjaExpression ParseTest(JinjaExpression value)
    {
        Advance();
        var isNegated = SkipName("not");
        var token = ExpectName();
        var name = DottedName(token);
        var arguments = _noArguments;
        if (Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (HasOperandOfTest())
        {
            if (Current.IsName("is"))
                throw _source.Syntax(Current.Position, "Tests with 'is' cannot be chained.");
            var operand = ParsePostfix(ParsePrimary());
            arguments = frame => new JinjaArguments([operand(frame)]);
        }
        var test = JinjaTests.Find(name);
        if (test is null)
            _unsupported.Add((_source.Unsupported(token.Position, JinjaTests.Unknown(name).Message), IsFinal: false));
        return frame =>
        {
            JinjaRun.RequireStack();
            var tested = value(frame);
            var given = arguments(frame);
            frame.Run.At(token.Position);
            return (test is null ? throw JinjaTests.Unknown(name) : test(frame.Run, tested, given)) != isNegated;
        };
    }

    private bool HasOperandOfTest() => Current.Kind is JinjaTokenKind.String or JinjaTokenKind.Number
        || Current.IsOperator("[") || Current.IsOperator("{")
        || Current.Kind == JinjaTokenKind.Name && Current.Text is not ("else" or "or" or "and");
}
