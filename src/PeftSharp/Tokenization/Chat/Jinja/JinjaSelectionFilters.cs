using System.Globalization;

namespace PeftSharp.Tokenization;

/// <summary>Filters that select elements or their fields.</summary>
internal static class JinjaSelectionFilters
{
    /// <summary>Returns a function that reads a field, such as <c>"function.name"</c>; null: the value itself.</summary>
    /// <param name="run">The rendering.</param>
    /// <param name="attribute">The path of the field, or an index.</param>
    /// <param name="otherwise">The value if the field does not exist. Null: undefined.</param>
    internal static Func<object?, object?> Getter(JinjaRun run, object? attribute, object? otherwise = null)
    {
        object?[] parts = attribute switch
        {
            null => [],
            string path => Array.ConvertAll(path.Split('.'), part =>
                part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, CultureInfo.InvariantCulture, out var index)
                    ? (object)index : part),
            _ => [attribute],
        };
        return value =>
        {
            foreach (var part in parts)
            {
                value = JinjaAttributes.Element(run, value, part);
                if (otherwise is not null && value is JinjaUndefined)
                    value = otherwise;
            }
            return value;
        };
    }

    internal static object Map(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaTypes.Truth(value) && value is not JinjaLoop)
            return new JinjaGenerator([]);
        var items = JinjaTypes.Iterate(value);
        return new JinjaGenerator(items.Select(Counted(run, Mapping(run, arguments))));
    }

    internal static object Select(JinjaRun run, object? value, JinjaArguments arguments, bool keep, bool byAttribute)
    {
        if (!JinjaTypes.Truth(value))
            return new JinjaGenerator([]);
        var getter = (object? item) => item;
        if (byAttribute)
        {
            getter = Getter(run, arguments.Positional.Count > 0
                ? arguments.Positional[0]
                : throw new JinjaFault("The filter needs the name of a field."));
            arguments = arguments.Skip(1);
        }
        var test = Test(run, arguments);
        return new JinjaGenerator(JinjaTypes.Iterate(value).Where(item =>
        {
            run.Charge(4);
            return test(getter(item)) == keep;
        }));
    }

    internal static object? Attribute(object? value, JinjaArguments arguments)
    {
        var name = JinjaTypes.Text(arguments.Bind("attr", "name")[0]);
        return value is JinjaDict dict && dict.Contains(name) && JinjaMethods.Find(dict, name) == JinjaFrame.Missing
            ? JinjaUndefined.Item(value, name)                              // attributes only, not keys
            : JinjaAttributes.Get(value, name);
    }

    private static Func<object?, object?> Counted(JinjaRun run, Func<object?, object?> map) => item =>
    {
        run.Charge(4);
        return map(item);
    };

    private static Func<object?, object?> Mapping(JinjaRun run, JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Named?.Any(pair => pair.Key == "attribute") == true)
        {
            var given = arguments.Bind("map", "attribute", "default?");
            return Getter(run, given[0], JinjaFilters.Or(given[1], null));
        }
        if (arguments.Positional.Count == 0)
            throw new JinjaFault("The filter 'map' needs the name of a filter, or attribute=….");
        var name = JinjaTypes.Text(arguments.Positional[0]);
        var filter = JinjaFilters.Find(name) ?? throw JinjaFilters.Unknown(name);
        var rest = arguments.Skip(1);
        return item => filter(run, item, rest);
    }

    private static Func<object?, bool> Test(JinjaRun run, JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            return JinjaTypes.Truth;
        var name = JinjaTypes.Text(arguments.Positional[0]);
        var test = JinjaTests.Find(name) ?? throw JinjaTests.Unknown(name);
        var rest = arguments.Skip(1);
        return item => test(run, item, rest);
    }
}
