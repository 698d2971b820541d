using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The functions that every template can call.</summary>
internal static class JinjaGlobals
{
    internal static readonly IReadOnlyDictionary<string, object?> All = new[]
    {
        new JinjaCallable("range", (_, arguments) => Range(arguments)),
        new JinjaCallable("dict", (run, arguments) => Dict(run, arguments)),
        new JinjaCallable("namespace", (run, arguments) => Namespace(run, arguments)),
        new JinjaCallable("raise_exception", (run, arguments) => throw new JinjaFault(
            JinjaRepr.Str(run, arguments.Bind("raise_exception", "message")[0]), ChatTemplateError.Raised)),
        new JinjaCallable("strftime_now", (run, arguments) =>
            JinjaTime.Format(run, JinjaTypes.Text(arguments.Bind("strftime_now", "format")[0]))),
        new JinjaCallable("joiner", (_, arguments) => Joiner(arguments)),
        new JinjaCallable("cycler", (_, arguments) => Cycler(arguments)),
        new JinjaCallable("lipsum", (_, _) => throw JinjaFault.Unsupported("The function 'lipsum' is not supported.")),
    }.ToDictionary(function => function.Name, object? (function) => function, StringComparer.Ordinal);

    private static JinjaRange Range(JinjaArguments arguments)
    {
        var given = arguments.Bind("range", "start", "stop?", "step?");
        var first = JinjaNumbers.ToLong(given[0]);
        return given[1] == JinjaFrame.Missing
            ? new JinjaRange(0, first, 1)
            : new JinjaRange(first, JinjaNumbers.ToLong(given[1]), JinjaNumbers.ToLong(JinjaFilters.Or(given[2], 1L)));
    }

    private static JinjaDict Dict(JinjaRun run, JinjaArguments arguments)
    {
        var dict = new JinjaDict();
        if (arguments.Positional.Count > 1)
            throw new JinjaFault("dict() has at most one positional argument.");
        if (arguments.Positional.Count == 1 && arguments.Positional[0] is JinjaDict source)
            foreach (var (key, value) in source.Items)
                dict.Set(key, value);
        else if (arguments.Positional.Count == 1)
            foreach (var item in JinjaTypes.Iterate(arguments.Positional[0]))
            {
                var pair = JinjaTypes.ToList(run, item);
                if (pair is not [var key, var value])
                    throw new JinjaFault("dict() expects a list of [key, value] pairs, but got an item of the type "
                        + $"{JinjaTypes.Name(item)} with {Quantity.Of(pair.Count, "element")}.");
                dict.Set(key, value);
            }
        foreach (var (key, value) in arguments.Named ?? [])
            dict.Set(key, value);
        run.Charge(dict.Count);
        return dict;
    }

    private static JinjaNamespace Namespace(JinjaRun run, JinjaArguments arguments)
    {
        var space = new JinjaNamespace();
        foreach (var (key, value) in Dict(run, arguments).Items)
            space.Set(JinjaTypes.Text(key), value);
        return space;
    }

    private static JinjaCallable Joiner(JinjaArguments arguments)
    {
        var separator = JinjaFilters.Or(arguments.Bind("joiner", "sep?")[0], ", ");
        var used = false;
        return new JinjaCallable("joiner", (_, _) =>
        {
            if (used)
                return separator;
            used = true;
            return "";
        });
    }

    private static JinjaNamespace Cycler(JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            throw new JinjaFault("cycler needs at least one value.");
        var items = arguments.Positional;
        var cycler = new JinjaNamespace();
        var at = 0;
        cycler.Set("current", items[0]);
        cycler.Set("next", new JinjaCallable("cycler.next", (_, _) =>
        {
            var item = items[at];
            at = (at + 1) % items.Count;
            cycler.Set("current", items[at]);
            return item;
        }));
        cycler.Set("reset", new JinjaCallable("cycler.reset", (_, _) =>
        {
            at = 0;
            cycler.Set("current", items[0]);
            return null;
        }));
        return cycler;
    }
}
