using System.Text;
using System.Text.RegularExpressions;

namespace PeftSharp.Tokenization;

/// <summary>Filters of texts. A value that is not a string is converted to one, as in Jinja.</summary>
internal static partial class JinjaTextFilters
{
    internal static object Map(JinjaRun run, object? value, JinjaArguments arguments, string name, Func<string, string> map)
    {
        arguments.Bind(name);
        var text = TextOf(run, value, name);
        run.Allocate(text.Length);
        return map(text);
    }

    internal static object Trim(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var characters = JinjaFilters.Or(arguments.Bind("trim", "chars?")[0], null);
        var text = TextOf(run, value, "trim");
        return characters is "" ? text : JinjaStringMethods.Strip(text, characters, left: true, right: true);
    }

    internal static object Replace(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count?");
        var count = JinjaFilters.Or(given[2], null) is { } limit ? JinjaNumbers.ToInt(limit) : -1;
        return JinjaSplitting.Replace(
            run, TextOf(run, value, "replace"), JinjaRepr.Str(run, given[0]), JinjaRepr.Str(run, given[1]), count);
    }

    internal static object Indent(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("indent", "width?", "first?", "blank?");
        if (value is JinjaSafeText)
            throw Unsupported("indent");
        var text = JinjaTypes.Text(value);
        var width = JinjaFilters.Or(given[0], 4L);
        var indent = width as string ?? JinjaPadding.Pad(run, "", JinjaNumbers.ToInt(width), ' ', "ljust");
        var blank = JinjaTypes.Truth(JinjaFilters.Or(given[2], false));
        var lines = JinjaText.Lines(text + "\n");
        run.Allocate(text.Length + (long)lines.Count * (indent.Length + 1));
        var result = new StringBuilder(lines[0]);
        foreach (var line in lines.Skip(1))
            result.Append('\n').Append(line.Length > 0 || blank ? indent : "").Append(line);
        return JinjaTypes.Truth(JinjaFilters.Or(given[1], false)) ? indent + result : result.ToString();
    }

    internal static object Truncate(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("truncate", "length?", "killwords?", "end?", "leeway?");
        var text = JinjaTypes.Text(value);
        var end = JinjaTypes.Text(JinjaFilters.Or(given[2], "..."));
        var length = JinjaNumbers.ToInt(JinjaFilters.Or(given[0], 255L));
        var leeway = JinjaFilters.Or(given[3], null) is { } more ? JinjaNumbers.ToInt(more) : 5;
        var kept = length - JinjaText.Length(end);
        if (kept < 0 || leeway < 0)
            throw new JinjaFault($"The filter 'truncate' needs a length of at least {JinjaText.Length(end)} and a leeway of at least 0.");
        if (JinjaText.Length(text) <= (long)length + leeway)
            return text;
        var cut = text[..JinjaText.ToUnits(text, kept)];
        run.Allocate(cut.Length + end.Length);
        var space = JinjaTypes.Truth(JinjaFilters.Or(given[1], false)) ? -1 : cut.LastIndexOf(' ');
        return (space < 0 ? cut : cut[..space]) + end;
    }

    internal static object Center(JinjaRun run, object? value, JinjaArguments arguments) => JinjaPadding.Pad(
        run, TextOf(run, value, "center"), JinjaNumbers.ToInt(JinjaFilters.Or(arguments.Bind("center", "width?")[0], 80L)), ' ', "center");

    internal static object Format(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (arguments is { Positional.Count: > 0, Named: not null })
            throw new JinjaFault("The filter 'format' takes positional or named arguments, but not both.");
        var named = new JinjaDict();
        foreach (var (name, argument) in arguments.Named ?? [])
            named.Set(name, argument);
        return JinjaPercentFormat.Of(
            run, TextOf(run, value, "format"), arguments.Named is null ? new JinjaTuple([.. arguments.Positional]) : named);
    }

    internal static object WordCount(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("wordcount");
        var text = TextOf(run, value, "wordcount");
        run.Charge(text.Length);
        return (long)Word().Count(text);
    }

    internal static object UrlEncode(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("urlencode");
        if (value is not (string or JinjaSafeText) && JinjaTypes.TryIterate(value) is not null)
            throw JinjaFault.Unsupported($"The filter 'urlencode' is not supported for the type {JinjaTypes.Name(value)}.");
        var text = JinjaRepr.Str(run, value);
        run.Allocate(3L * text.Length);
        return string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
    }

    internal static object Escape(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("escape");
        if (value is JinjaSafeText)
            return value;
        var text = JinjaRepr.Str(run, value);
        run.Allocate(5L * text.Length);
        return new JinjaSafeText(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal));
    }

    private static string TextOf(JinjaRun run, object? value, string filter) =>
        value is JinjaSafeText ? throw Unsupported(filter) : JinjaRepr.Str(run, value);

    private static JinjaFault Unsupported(string filter) =>
        JinjaFault.Unsupported($"The filter '{filter}' is not supported for a text that a filter (safe, escape) marked as HTML.");

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
