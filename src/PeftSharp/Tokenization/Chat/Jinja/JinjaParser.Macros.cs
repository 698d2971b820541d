namespace PeftSharp.Tokenization;

/// <content>The tags <c>macro</c> and <c>call</c>.</content>
internal sealed partial class JinjaParser
{
    private static readonly string[] _special = ["caller", "kwargs", "varargs"];

    private JinjaStatement ParseMacro()
    {
        var name = ExpectName().Text;
        _scope.Record(JinjaVariableUse.Store, name);
        var variable = new JinjaName(_scope, name);
        var scope = new JinjaScope(_scope);
        var macro = ParseMacroBody(name, "endmacro", scope, InScope(scope, ParseSignature));
        return frame =>
        {
            variable.Set(frame, macro.Create(frame));
            return JinjaFlow.Next;
        };
    }

    private JinjaStatement ParseCallBlock()
    {
        var scope = new JinjaScope(_scope);
        var parameters = Current.IsOperator("(") ? InScope(scope, ParseSignature) : [];
        var position = Current.Position;
        _lastCall = null;
        var call = ParseExpression();
        if (_lastCall is not { } parts || parts.Result != call)
            throw _source.Syntax(position, "The tag 'call' must contain the call of a macro.");
        var caller = ParseMacroBody("caller", "endcall", scope, parameters);
        return frame =>
        {
            var arguments = parts.Arguments(frame);
            var named = (arguments.Named ?? []).Append(KeyValuePair.Create<string, object?>("caller", caller.Create(frame)));
            var text = Call(frame, parts.Position, parts.Callee(frame), arguments with { Named = [.. named] });
            return Write(frame, parts.Position, JinjaRepr.Str(frame.Run, text));
        };
    }

    private List<(string Name, JinjaExpression? Default)> ParseSignature()
    {
        var parameters = new List<(string Name, JinjaExpression? Default)>();
        Expect("(");
        while (!Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                Expect(",");
            var name = ExpectName();
            _scope.Record(JinjaVariableUse.Parameter, name.Text);
            var value = Skip("=") ? ParseExpression() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw _source.Syntax(name.Position, $"The parameter '{name.Text}' without a default follows one with a default.");
            parameters.Add((name.Text, value));
        }
        Expect(")");
        return parameters;
    }

    private JinjaMacro ParseMacroBody(
        string name, string end, JinjaScope scope, List<(string Name, JinjaExpression? Default)> parameters)
    {
        _specialNames.Push([]);
        var body = InScope(scope, () => WithoutLoops(() => ParseBodyOfTag(end)));
        Advance();
        var used = _specialNames.Pop();
        foreach (var special in _special)
            if (used.Contains(special) && parameters.All(parameter => parameter.Name != special))
                scope.RecordFirst(JinjaVariableUse.Parameter, special);
            else
                used.Remove(special);
        return new JinjaMacro(
            name, scope, [.. parameters.Select(parameter => (new JinjaName(scope, parameter.Name), parameter.Default))],
            used.ToDictionary(special => special, special => new JinjaName(scope, special)), body);
    }
}
