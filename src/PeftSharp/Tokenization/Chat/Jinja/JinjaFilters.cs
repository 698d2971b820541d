namespace PeftSharp.Tokenization;

/// <summary>The filters of templates: Jinja's filters, with the definition of <c>tojson</c> in transformers.</summary>
internal static class JinjaFilters
{
    internal delegate object? Filter(JinjaRun run, object? value, JinjaArguments arguments);

    private static readonly Dictionary<string, Filter> _filters = new(StringComparer.Ordinal)
    {
        ["tojson"] = (run, value, arguments) => JinjaJson.Dumps(run, value, arguments),
        ["default"] = Default,
        ["d"] = Default,
        ["string"] = (run, value, arguments) => None(arguments, "string", value is JinjaSafeText ? value : JinjaRepr.Str(run, value)),
        ["length"] = (_, value, arguments) => None(arguments, "length", (long)JinjaTypes.Length(value)),
        ["count"] = (_, value, arguments) => None(arguments, "count", (long)JinjaTypes.Length(value)),
        ["list"] = (run, value, arguments) => None(arguments, "list", JinjaTypes.ToList(run, value)),
        ["items"] = (_, value, arguments) => None(arguments, "items", Items(value)),
        ["safe"] = (run, value, arguments) => None(arguments, "safe", new JinjaSafeText(JinjaRepr.Str(run, value))),
        ["escape"] = JinjaTextFilters.Escape,
        ["e"] = JinjaTextFilters.Escape,
        ["upper"] = (run, value, arguments) => JinjaTextFilters.Map(run, value, arguments, "upper", JinjaCasing.Upper),
        ["lower"] = (run, value, arguments) => JinjaTextFilters.Map(run, value, arguments, "lower", JinjaCasing.Lower),
        ["capitalize"] = (run, value, arguments) => JinjaTextFilters.Map(run, value, arguments, "capitalize", JinjaCasing.Capitalize),
        ["title"] = (run, value, arguments) => JinjaTextFilters.Map(run, value, arguments, "title", JinjaCasing.TitleOfWords),
        ["trim"] = JinjaTextFilters.Trim,
        ["replace"] = JinjaTextFilters.Replace,
        ["indent"] = JinjaTextFilters.Indent,
        ["truncate"] = JinjaTextFilters.Truncate,
        ["center"] = JinjaTextFilters.Center,
        ["format"] = JinjaTextFilters.Format,
        ["wordcount"] = JinjaTextFilters.WordCount,
        ["urlencode"] = JinjaTextFilters.UrlEncode,
        ["join"] = JinjaSequenceFilters.Join,
        ["first"] = JinjaSequenceFilters.First,
        ["last"] = JinjaSequenceFilters.Last,
        ["reverse"] = JinjaSequenceFilters.Reverse,
        ["sort"] = JinjaSequenceFilters.Sort,
        ["dictsort"] = JinjaSequenceFilters.DictSort,
        ["unique"] = JinjaSequenceFilters.Unique,
        ["groupby"] = JinjaSequenceFilters.GroupBy,
        ["batch"] = JinjaSequenceFilters.Batch,
        ["slice"] = JinjaSequenceFilters.Slice,
        ["min"] = (run, value, arguments) => JinjaSequenceFilters.Extreme(run, value, arguments, "min"),
        ["max"] = (run, value, arguments) => JinjaSequenceFilters.Extreme(run, value, arguments, "max"),
        ["sum"] = JinjaSequenceFilters.Sum,
        ["map"] = JinjaSelectionFilters.Map,
        ["select"] = (run, value, arguments) => JinjaSelectionFilters.Select(run, value, arguments, keep: true, byAttribute: false),
        ["reject"] = (run, value, arguments) => JinjaSelectionFilters.Select(run, value, arguments, keep: false, byAttribute: false),
        ["selectattr"] = (run, value, arguments) => JinjaSelectionFilters.Select(run, value, arguments, keep: true, byAttribute: true),
        ["rejectattr"] = (run, value, arguments) => JinjaSelectionFilters.Select(run, value, arguments, keep: false, byAttribute: true),
        ["attr"] = (_, value, arguments) => JinjaSelectionFilters.Attribute(value, arguments),
        ["int"] = JinjaNumberFilters.Int,
        ["float"] = JinjaNumberFilters.Float,
        ["round"] = JinjaNumberFilters.Round,
        ["abs"] = JinjaNumberFilters.Abs,
    };

    /// <summary>Returns a filter; null if it is not supported.</summary>
    internal static Filter? Find(string name) => _filters.GetValueOrDefault(name);

    internal static JinjaFault Unknown(string name) => JinjaFault.Unsupported($"The filter '{name}' does not exist or is not supported.");

    /// <summary>The result of a filter without parameters.</summary>
    internal static object? None(JinjaArguments arguments, string name, object? result)
    {
        arguments.Bind(name);
        return result;
    }

    /// <summary>An argument, or the default if it was not passed.</summary>
    internal static object? Or(object? argument, object? otherwise) => argument == JinjaFrame.Missing ? otherwise : argument;

    private static object? Default(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("default", "default_value?", "boolean?");
        var replaces = value is JinjaUndefined || JinjaTypes.Truth(Or(given[1], false)) && !JinjaTypes.Truth(value);
        return replaces ? Or(given[0], "") : value;
    }

    private static JinjaGenerator Items(object? value) => value switch
    {
        JinjaUndefined => new JinjaGenerator([]),
        JinjaDict dict => new JinjaGenerator(new JinjaView("items", dict).Items),
        _ => throw new JinjaFault($"The filter 'items' needs a dictionary, but the value has the type {JinjaTypes.Name(value)}."),
    };
}
