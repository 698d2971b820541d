namespace PeftSharp.Tokenization;

/// <content>Literals, variables, attributes, elements and calls.</content>
internal sealed partial class JinjaParser
{
    private (JinjaExpression Result, JinjaExpression Callee, Func<JinjaFrame, JinjaArguments> Arguments, int Position)? _lastCall;

    private static bool IsConstant(string name) => name is "true" or "True" or "false" or "False" or "none" or "None";

    private JinjaExpression ParsePrimary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name when IsConstant(token.Text):
                object? constant = token.Text is "none" or "None" ? null : token.Text is "true" or "True";
                return _ => constant;
            case JinjaTokenKind.Name:
                return ParseVariable(token);
            case JinjaTokenKind.String:
                var text = token.Text;
                while (Current.Kind == JinjaTokenKind.String)
                    text += Take().Text;
                return _ => text;
            case JinjaTokenKind.Number:
                return _ => token.Value;
            case JinjaTokenKind.Operator when token.Text == "(":
                var inner = ParseTuple(allowsEmpty: true);
                Expect(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return ParseList();
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseDict(token.Position);
            default:
                throw _source.Syntax(token.Position, $"An expression is expected, but {token.Describe()} was found.");
        }
    }

    private JinjaExpression ParseVariable(JinjaToken token)
    {
        _scope.Record(JinjaVariableUse.Load, token.Text);
        foreach (var names in _specialNames)
            names.Add(token.Text);
        return new JinjaName(_scope, token.Text).Get;
    }

    private JinjaExpression ParseList()
    {
        var items = new List<JinjaExpression>();
        while (!Current.IsOperator("]"))
        {
            items.Add(ParseExpression());
            if (!Skip(","))
                break;
        }
        Expect("]");
        var parts = items.ToArray();
        return frame => new List<object?>(Evaluate(frame, parts));
    }

    private JinjaExpression ParseDict(int position)
    {
        List<JinjaExpression> keys = [], values = [];
        while (!Current.IsOperator("}"))
        {
            keys.Add(ParseExpression());
            Expect(":");
            values.Add(ParseExpression());
            if (!Skip(","))
                break;
        }
        Expect("}");
        var (names, parts) = (keys.ToArray(), values.ToArray());
        return frame =>
        {
            var dict = new JinjaDict();
            for (var i = 0; i < names.Length; i++)
            {
                var key = names[i](frame);
                frame.Run.At(position);
                dict.Set(key, parts[i](frame));
            }
            return dict;
        };
    }

    private JinjaExpression ParsePostfix(JinjaExpression value)
    {
        while (true)
        {
            var token = Current;
            if (Skip("."))
                value = ParseAttribute(value, token.Position);
            else if (Skip("["))
                value = ParseElement(value, token.Position);
            else if (token.IsOperator("("))
                value = ParseCall(value);
            else
                return value;
        }
    }

    private JinjaExpression ParseAttribute(JinjaExpression owner, int position)
    {
        var token = Take();
        if (token.Kind == JinjaTokenKind.Number && token.Value is long index)
            return Element(owner, _ => index, position);
        if (token.Kind != JinjaTokenKind.Name)
            throw _source.Syntax(token.Position, $"A name is expected after '.', but {token.Describe()} was found.");
        return frame =>
        {
            JinjaRun.RequireStack();
            var value = owner(frame);
            frame.Run.At(position);
            return JinjaAttributes.Get(value, token.Text);
        };
    }

    private JinjaExpression ParseElement(JinjaExpression owner, int position)
    {
        var keys = new List<JinjaExpression>();
        while (!Current.IsOperator("]"))
        {
            keys.Add(ParseKey());
            if (!Skip(","))
                break;
        }
        Expect("]");
        if (keys.Count == 0)
            throw _source.Syntax(position, "'[ ]' needs an index, a key or a slice.");
        var parts = keys.ToArray();
        return Element(owner, parts.Length == 1 ? parts[0] : frame => new JinjaTuple(Evaluate(frame, parts)), position);
    }

    private static JinjaExpression Element(JinjaExpression owner, JinjaExpression key, int position) => frame =>
    {
        JinjaRun.RequireStack();
        var value = owner(frame);
        var element = key(frame);
        frame.Run.At(position);
        return JinjaAttributes.Element(frame.Run, value, element);
    };

    /// <summary>Parses an index or a slice.</summary>
    private JinjaExpression ParseKey()
    {
        var start = Current.IsOperator(":") ? null : ParseExpression();
        if (!Skip(":"))
            return start!;
        var stop = IsEndOfKey() || Current.IsOperator(":") ? null : ParseExpression();
        var step = Skip(":") && !IsEndOfKey() ? ParseExpression() : null;
        return frame => new JinjaSlice(start?.Invoke(frame), stop?.Invoke(frame), step?.Invoke(frame));
    }

    private bool IsEndOfKey() => Current.IsOperator("]") || Current.IsOperator(",");

    private JinjaExpression ParseCall(JinjaExpression callee)
    {
        var position = Current.Position;
        var arguments = ParseArguments();
        JinjaExpression call = frame =>
        {
            JinjaRun.RequireStack();
            var function = callee(frame);
            return Call(frame, position, function, arguments(frame));
        };
        _lastCall = (call, callee, arguments, position);
        return call;
    }

    private static object? Call(JinjaFrame frame, int position, object? callee, JinjaArguments arguments)
    {
        frame.Run.At(position);
        return callee switch
        {
            JinjaCallable function => function.Call(frame.Run, arguments),
            JinjaLoop loop => loop.Call(frame.Run, arguments),
            JinjaUndefined undefined => throw undefined.Fail(),
            _ => throw new JinjaFault($"{JinjaTypes.Describe(callee)} cannot be called."),
        };
    }
}
