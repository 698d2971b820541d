namespace PeftSharp.Tokenization;

/// <content>The tag <c>for</c>.</content>
internal sealed partial class JinjaParser
{
    private JinjaStatement ParseFor(int position)
    {
        var target = ParseTarget(end: "in");
        ExpectName("in");
        var iterable = ParseTuple(withCondition: false, end: "recursive");
        JinjaScope scope = new(_scope), testScope = new(_scope), otherwiseScope = new(_scope);
        RefuseLoop(target, position);
        scope.Record(JinjaVariableUse.Parameter, "loop");
        target.Record(scope, JinjaVariableUse.Parameter);
        target.Record(testScope, JinjaVariableUse.Parameter);
        var test = SkipName("if") ? InScope(testScope, () => ParseExpression()) : null;
        var isRecursive = SkipName("recursive");
        _loops++;
        var body = InScope(scope, () => ParseBodyOfTag("endfor", "else"));
        _loops--;
        JinjaStatement? otherwise = null;
        if (Take().IsName("else"))
        {
            otherwise = InScope(otherwiseScope, () => ParseBodyOfTag("endfor"));
            Advance();
        }
        var loop = new JinjaForLoop(
            position, new JinjaName(scope, "loop"), scope, target.Bind(scope), body, testScope, target.Bind(testScope), test,
            otherwiseScope, otherwise);
        return isRecursive
            ? frame => Write(frame, position, loop.Render(frame, iterable(frame), depth: 0))
            : frame => loop.Run(frame, iterable(frame), depth: 0, recurse: null);
    }

    private void RefuseLoop(JinjaTarget target, int position)
    {
        if (target.Name == "loop" || target.Items?.Any(item => item.Name == "loop") == true)
            throw _source.Syntax(position, "The variable 'loop' cannot be the target of a loop.");
    }

    private JinjaTarget ParseTarget(string? end = null, bool withNamespace = false)
    {
        Enter();
        var items = new List<JinjaTarget>();
        var isTuple = false;
        while (!IsEndOfTuple(end))
        {
            items.Add(ParseTargetItem(withNamespace));
            if (!Skip(","))
                break;
            isTuple = true;
        }
        _depth--;
        if (items.Count == 0)
            throw Unexpected("a variable");
        return isTuple ? new JinjaTarget(null, Items: items) : items[0];
    }

    private JinjaTarget ParseTargetItem(bool withNamespace)
    {
        if (Skip("("))
        {
            var inner = ParseTarget(withNamespace: withNamespace);
            Expect(")");
            return inner;
        }
        var name = ExpectName();
        if (IsConstant(name.Text))
            throw _source.Syntax(name.Position, $"'{name.Text}' is a constant and cannot be assigned.");
        return withNamespace && Skip(".") ? new JinjaTarget(name.Text, ExpectName().Text) : new JinjaTarget(name.Text);
    }
}
