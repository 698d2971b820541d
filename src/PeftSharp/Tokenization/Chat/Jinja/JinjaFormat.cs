using System.Globalization;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>The method <c>format</c> of strings: <c>"{} has {n:>5}".format(name, n=3)</c>.</summary>
internal static class JinjaFormat
{
    /// <exception cref="JinjaFault">The format is malformed, or a value is missing.</exception>
    internal static object Of(JinjaRun run, string format, JinjaArguments arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }
            if (c == '}')
                throw new JinjaFault("The format contains '}' without '{'.");
            if (c != '{')
            {
                text.Append(c);
                continue;
            }
            var close = format.IndexOf('}', i);
            if (close < 0)
                throw new JinjaFault("The format contains '{' without '}'.");
            text.Append(Field(run, format[(i + 1)..close], arguments, ref next));
            run.RequireSize(text.Length);
            i = close;
        }
        run.Charge(text.Length);
        return text.ToString();
    }

    private static string Field(JinjaRun run, string field, JinjaArguments arguments, ref int next)
    {
        if (field.Contains('{'))
            throw JinjaFault.Unsupported("A format with nested fields is not supported.");
        var colon = field.IndexOf(':');
        var (path, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        var conversion = path.IndexOf('!') is >= 0 and var mark ? path[(mark + 1)..] : "";
        if (conversion.Length > 0)
            path = path[..^(conversion.Length + 1)];
        var value = Value(run, path, arguments, ref next);
        value = conversion switch
        {
            "" => value,
            "s" => JinjaRepr.Str(run, value),
            "r" => JinjaRepr.Repr(run, value),
            _ => throw JinjaFault.Unsupported($"The conversion '!{conversion}' of a format is not supported."),
        };
        return JinjaFormatSpec.Parse(run, spec).Of(run, value);
    }

    private static object? Value(JinjaRun run, string path, JinjaArguments arguments, ref int next)
    {
        var end = path.AsSpan().IndexOfAny('.', '[') is >= 0 and var at ? at : path.Length;
        var (name, rest) = (path[..end], path[end..]);
        var index = name.Length == 0 ? next++ : Number(name) ?? -1;
        object? value;
        if (index >= 0)
            value = index < arguments.Positional.Count
                ? arguments.Positional[index]
                : throw new JinjaFault($"The format needs at least {index + 1} arguments.");
        else
            value = arguments.Named?.Any(pair => pair.Key == name) == true
                ? arguments.Named.First(pair => pair.Key == name).Value
                : throw new JinjaFault($"The format needs the argument '{name}'.");
        while (rest.Length > 0)
        {
            var isElement = rest[0] == '[';
            var stop = isElement ? rest.IndexOf(']') : rest.AsSpan(1).IndexOfAny('.', '[') is >= 0 and var dot ? dot + 1 : rest.Length;
            if (stop < 0)
                throw new JinjaFault("The format contains '[' without ']'.");
            var key = rest[1..stop];
            value = isElement
                ? JinjaAttributes.Element(run, value, Number(key) is { } element ? (long)element : key)
                : JinjaAttributes.Get(value, key);
            rest = rest[(isElement ? stop + 1 : stop)..];
        }
        return value;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
