namespace PeftSharp.Tokenization;

/// <summary>The methods of dictionaries, lists and tuples that do not change the value.</summary>
internal static class JinjaMethods
{
    /// <summary>Returns a method; <see cref="JinjaFrame.Missing"/> if there is none.</summary>
    internal static object? Find(object owner, string name) => owner switch
    {
        JinjaDict dict => OfDict(dict, name),
        List<object?> list => OfSequence("list", list, name),
        JinjaTuple tuple => OfSequence("tuple", tuple.Items, name),
        _ => null,
    } ?? JinjaFrame.Missing;

    private static JinjaCallable? OfDict(JinjaDict dict, string name) => name switch
    {
        "keys" or "values" or "items" => Method(name, arguments =>
        {
            arguments.Bind(name);
            return new JinjaView(name, dict);
        }),
        "get" => Method(name, arguments =>
        {
            var given = arguments.Bind(name, "key", "default?");
            return dict.TryGet(given[0], out var value) ? value : given[1] == JinjaFrame.Missing ? null : given[1];
        }),
        "copy" => Method(name, _ => dict),
        _ => null,
    };

    private static JinjaCallable? OfSequence(string type, IReadOnlyList<object?> items, string name) => name switch
    {
        "count" => new JinjaCallable(name, (run, arguments) =>
        {
            var wanted = arguments.Bind(name, "value")[0];
            run.Charge(items.Count);
            return (long)items.Count(item => JinjaEquality.Equal(item, wanted));
        }),
        "index" => new JinjaCallable(name, (run, arguments) => Index(run, items, arguments)),
        "copy" when type == "list" => Method(name, _ => items),
        _ => null,
    };

    private static long Index(JinjaRun run, IReadOnlyList<object?> items, JinjaArguments arguments)
    {
        var given = arguments.Bind("index", "value", "start?", "stop?");
        run.Charge(items.Count);
        foreach (var i in new JinjaSlice(OrNull(given[1]), OrNull(given[2]), null).Indices(items.Count))
            if (JinjaEquality.Equal(items[i], given[0]))
                return i;
        throw new JinjaFault($"The list does not contain the value {JinjaRepr.Of(given[0])}.");
    }

    private static object? OrNull(object? value) => value == JinjaFrame.Missing ? null : value;

    private static JinjaCallable Method(string name, Func<JinjaArguments, object?> call) => new(name, (_, arguments) => call(arguments));
}
