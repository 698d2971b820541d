using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>A macro of a template, or the body of a tag <c>call</c>.</summary>
/// <param name="name">The name.</param>
/// <param name="scope">The scope of the variables of the macro.</param>
/// <param name="parameters">The parameters with the expressions of their defaults; null: no default.</param>
/// <param name="special">The variables <c>caller</c>, <c>kwargs</c> and <c>varargs</c>, if the body uses them.</param>
/// <param name="body">The statements.</param>
internal sealed class JinjaMacro(
    string name, JinjaScope scope, (JinjaName Variable, JinjaExpression? Default)[] parameters,
    IReadOnlyDictionary<string, JinjaName> special, JinjaStatement body)
{
    /// <summary>Creates the function, with access to the variables of the frame that defines it.</summary>
    internal JinjaCallable Create(JinjaFrame defining) => new(name, (run, arguments) => Invoke(run, defining, arguments))
    {
        Attributes = new Dictionary<string, object?>
        {
            ["name"] = name,
            ["arguments"] = new JinjaTuple([.. parameters.Select(parameter => parameter.Variable.Name)]),
            ["caller"] = special.ContainsKey("caller"),
            ["catch_kwargs"] = special.ContainsKey("kwargs"),
            ["catch_varargs"] = special.ContainsKey("varargs"),
        },
    };

    private string Invoke(JinjaRun run, JinjaFrame defining, JinjaArguments arguments)
    {
        run.EnterCall();
        var frame = scope.Enter(run, defining);
        Bind(frame, arguments);
        foreach (var (variable, value) in parameters)
            if (value is not null && variable.IsMissing(frame))
                variable.Set(frame, value(frame));
        run.BeginCapture();
        body(frame);
        var text = run.EndCapture();
        run.LeaveCall();
        return text;
    }

    private void Bind(JinjaFrame frame, JinjaArguments arguments)
    {
        var named = (arguments.Named ?? []).ToDictionary(StringComparer.Ordinal);
        for (var i = 0; i < parameters.Length; i++)
        {
            var variable = parameters[i].Variable;
            if (i < arguments.Positional.Count)
                variable.Set(frame, arguments.Positional[i]);
            else if (named.Remove(variable.Name, out var value))
                variable.Set(frame, value);
            else if (parameters[i].Default is null)
                variable.Set(frame, new JinjaUndefined($"The argument '{variable.Name}' of the macro '{name}' was not passed."));
        }
        if (special.TryGetValue("caller", out var caller))
            caller.Set(frame, named.Remove("caller", out var given) && given is not null
                ? given
                : new JinjaUndefined($"The macro '{name}' was not called with the tag 'call', so it has no caller."));
        if (special.TryGetValue("kwargs", out var rest))
            rest.Set(frame, ToDict(named));
        else if (named.Count > 0)
            throw new JinjaFault($"The macro '{name}' has no parameter '{named.First().Key}'.");
        if (special.TryGetValue("varargs", out var others))
            others.Set(frame, new JinjaTuple([.. arguments.Positional.Skip(parameters.Length)]));
        else if (arguments.Positional.Count > parameters.Length)
            throw new JinjaFault(
                $"The macro '{name}' has {Quantity.Of(parameters.Length, "parameter")}, but the number of arguments is "
                + $"{arguments.Positional.Count}.");
    }

    private static JinjaDict ToDict(Dictionary<string, object?> values)
    {
        var dict = new JinjaDict();
        foreach (var (key, value) in values)
            dict.Set(key, value);
        return dict;
    }
}
