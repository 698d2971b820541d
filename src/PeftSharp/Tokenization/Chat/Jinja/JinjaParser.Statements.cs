namespace PeftSharp.Tokenization;

/// <content>Tags.</content>
internal sealed partial class JinjaParser
{
    /// <summary>The variable with the text of a block. Templates cannot use the name.</summary>
    private const string BlockText = "(text)";

    private static readonly string[] _unsupportedTags = ["block", "extends", "include", "import", "from", "autoescape"];

    private JinjaStatement ParseStatement()
    {
        var tag = Current.Kind == JinjaTokenKind.Name ? Take() : throw Unexpected("the name of a tag");
        _openTags.Push(tag.Text);
        var statement = tag.Text switch
        {
            "if" => ParseIf(),
            "for" => ParseFor(tag.Position),
            "set" => ParseSet(),
            "macro" => ParseMacro(),
            "call" => ParseCallBlock(),
            "filter" => ParseFilterBlock(),
            "with" => ParseWith(),
            "print" => ParsePrint(tag.Position),
            "generation" => ParseGeneration(tag.Position),
            "break" => Leave(tag, JinjaFlow.Break),
            "continue" => Leave(tag, JinjaFlow.Continue),
            _ when _unsupportedTags.Contains(tag.Text) =>
                throw _source.Unsupported(tag.Position, $"The tag '{tag.Text}' is not supported in chat templates."),
            _ => throw _source.Syntax(tag.Position, $"The tag '{tag.Text}' is unknown"
                + (_openTags.Count > 1 ? $", or does not match the tag '{_openTags.ElementAt(1)}'." : ".")),
        };
        _openTags.Pop();
        return statement;
    }

    private JinjaStatement ParseIf()
    {
        var branches = new List<(JinjaExpression Test, JinjaStatement Body)>();
        JinjaStatement? otherwise = null;
        var (since, nested) = (_unsupported.Count, 0);
        while (true)
        {
            var test = ParseTuple(withCondition: false);
            _scope.Record(JinjaVariableUse.BeginBranches);
            nested++;
            branches.Add((test, ParseBodyOfTag("elif", "else", "endif")));
            _scope.Record(JinjaVariableUse.NextBranch);
            var next = Take();
            if (next.IsName("elif"))
                continue;
            if (next.IsName("else"))
            {
                otherwise = ParseBodyOfTag("endif");
                Advance();
            }
            break;
        }
        for (; nested > 0; nested--)
            _scope.Record(JinjaVariableUse.EndBranches);
        AcceptUnsupported(since);
        var parts = branches.ToArray();
        return frame =>
        {
            foreach (var (test, body) in parts)
                if (JinjaTypes.Truth(test(frame)))
                    return body(frame);
            return otherwise is null ? JinjaFlow.Next : otherwise(frame);
        };
    }

    private JinjaStatement ParseSet()
    {
        var target = ParseTarget(withNamespace: true);
        if (Skip("="))
        {
            var value = ParseTuple();
            target.Record(_scope, JinjaVariableUse.Store);
            var assign = target.Bind(_scope);
            return frame =>
            {
                assign(frame, value(frame));
                return JinjaFlow.Next;
            };
        }
        var (scope, body, text) = ParseCaptured("endset", hasFilter: Current.IsOperator("|"), isFirst: false);
        target.Record(_scope, JinjaVariableUse.Store);
        var set = target.Bind(_scope);
        return Capture(scope, body, (outer, inner) => set(outer, text(inner)));
    }

    private JinjaStatement ParseFilterBlock()
    {
        var position = Current.Position;
        var (scope, body, text) = ParseCaptured("endfilter", hasFilter: true, isFirst: true);
        return Capture(scope, body, (outer, inner) => Write(outer, position, JinjaRepr.Str(outer.Run, text(inner))));
    }

    /// <summary>Parses a block whose text is captured. The last result computes the text, with filters applied.</summary>
    private (JinjaScope Scope, JinjaStatement Body, JinjaExpression Text) ParseCaptured(string end, bool hasFilter, bool isFirst)
    {
        var scope = new JinjaScope(_scope);
        scope.Record(JinjaVariableUse.Parameter, BlockText);
        JinjaExpression text = new JinjaName(scope, BlockText).Get;
        var (body, filtered) = InScope(scope, () =>
        {
            var filters = hasFilter ? ParseFilters(text, isFirst) : text;
            return (ParseBodyOfTag(end), filters);
        });
        Advance();
        return (scope, body, filtered);
    }

    private static JinjaStatement Capture(JinjaScope scope, JinjaStatement body, Action<JinjaFrame, JinjaFrame> use)
    {
        var text = new JinjaName(scope, BlockText);
        return frame =>
        {
            var inner = scope.Enter(frame.Run, frame);
            frame.Run.BeginCapture();
            var flow = body(inner);
            text.Set(inner, frame.Run.EndCapture());
            if (flow == JinjaFlow.Next)
                use(frame, inner);
            return flow;
        };
    }

    private JinjaStatement ParseWith()
    {
        var scope = new JinjaScope(_scope);
        var assignments = new List<(Action<JinjaFrame, object?> Assign, JinjaExpression Value)>();
        while (Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                Expect(",");
            var target = ParseTarget();
            Expect("=");
            target.Record(scope, JinjaVariableUse.Parameter);
            assignments.Add((target.Bind(scope), ParseExpression()));
        }
        var body = InScope(scope, () => ParseBodyOfTag("endwith"));
        Advance();
        return frame =>
        {
            var inner = scope.Enter(frame.Run, frame);
            foreach (var (assign, value) in assignments)
                assign(inner, value(frame));
            return body(inner);
        };
    }

    private JinjaStatement ParsePrint(int position)
    {
        var values = new List<JinjaStatement>();
        while (Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (values.Count > 0)
                Expect(",");
            values.Add(Print(position, ParseExpression()));
        }
        return Sequence([.. values]);
    }

    private JinjaStatement ParseGeneration(int position)
    {
        _hasGeneration = true;
        var scope = new JinjaScope(_scope);
        var body = InScope(scope, () => WithoutLoops(() => ParseBodyOfTag("endgeneration")));
        Advance();
        return frame =>
        {
            var run = frame.Run;
            if (run.Generated is not null && run.IsCaptured)
            {
                run.At(position);
                throw JinjaFault.Unsupported("The tag 'generation' inside of a macro, a recursive loop or a block whose text is captured "
                    + "is not supported, because the position of its text in the result is unknown.");
            }
            var start = run.Output.Length;
            body(scope.Enter(run, frame));
            run.Generated?.Add((start, run.Output.Length));
            return JinjaFlow.Next;
        };
    }

    private JinjaStatement Leave(JinjaToken tag, JinjaFlow flow) => _loops > 0
        ? _ => flow
        : throw _source.Syntax(tag.Position, $"The tag '{tag.Text}' is outside of a loop.");

    private T WithoutLoops<T>(Func<T> parse)
    {
        var loops = _loops;
        _loops = 0;
        var result = parse();
        _loops = loops;
        return result;
    }
}
