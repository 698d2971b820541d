namespace PeftSharp.Tokenization;

/// <summary>Filters of sequences.</summary>
internal static class JinjaSequenceFilters
{
    internal static object Join(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("join", "d?", "attribute?");
        var items = JinjaTypes.Iterate(value);
        if (JinjaFilters.Or(given[1], null) is { } attribute)
            items = items.Select(JinjaSelectionFilters.Getter(run, attribute));
        return JinjaSplitting.Join(
            run, JinjaRepr.Str(run, JinjaFilters.Or(given[0], "")), items.Select(item => JinjaRepr.Str(run, item)));
    }

    internal static object? First(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("first");
        foreach (var item in JinjaTypes.Iterate(value))
            return item;
        return new JinjaUndefined("The sequence has no first element, because it is empty.");
    }

    internal static object? Last(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("last");
        if (value is JinjaGenerator)
            throw new JinjaFault("The last element of a generator is not available. Convert it to a list with the filter 'list'.");
        return JinjaTypes.ToList(run, value) is [.., var last]
            ? last
            : new JinjaUndefined("The sequence has no last element, because it is empty.");
    }

    internal static object Reverse(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("reverse");
        var items = JinjaTypes.ToList(run, value);
        items.Reverse();
        return value is string or JinjaSafeText ? string.Concat(items) : value is JinjaGenerator ? items : new JinjaGenerator(items);
    }

    internal static object Sort(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("sort", "reverse?", "case_sensitive?", "attribute?");
        var attributes = JinjaFilters.Or(given[2], null);
        object?[] paths = attributes is string text ? text.Split(',') : [attributes];
        var getters = Array.ConvertAll(paths, path => JinjaSelectionFilters.Getter(run, path));
        var fold = Folding(given[1]);
        return Sorted(run, JinjaTypes.ToList(run, value), given[0],
            item => new JinjaTuple(Array.ConvertAll(getters, getter => fold(getter(item)))));
    }

    internal static object DictSort(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("dictsort", "case_sensitive?", "by?", "reverse?");
        if (value is not JinjaDict dict)
            throw new JinjaFault($"The filter 'dictsort' needs a dictionary, but the value has the type {JinjaTypes.Name(value)}.");
        var by = JinjaFilters.Or(given[1], "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new JinjaFault("The argument 'by' of the filter 'dictsort' must be 'key' or 'value'."),
        };
        var fold = Folding(given[0]);
        return Sorted(run, [.. new JinjaView("items", dict).Items], given[2], item => fold(((JinjaTuple)item!).Items[by]));
    }

    internal static object Unique(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("unique", "case_sensitive?", "attribute?");
        return new JinjaGenerator(UniqueItems(
            JinjaTypes.Iterate(value), JinjaSelectionFilters.Getter(run, JinjaFilters.Or(given[1], null)), Folding(given[0])));
    }

    internal static object GroupBy(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("groupby", "attribute", "default?", "case_sensitive?");
        var getter = JinjaSelectionFilters.Getter(run, given[0], JinjaFilters.Or(given[1], null));
        var fold = Folding(given[2]);
        var groups = new List<object?>();
        object? last = JinjaFrame.Missing;
        foreach (var item in Sorted(run, JinjaTypes.ToList(run, value), false, item => fold(getter(item))))
        {
            var key = fold(getter(item));
            if (last == JinjaFrame.Missing || !JinjaEquality.Equal(last, key))
                groups.Add(new JinjaTuple([getter(item), new List<object?>()], ["grouper", "list"]));
            ((List<object?>)((JinjaTuple)groups[^1]!).Items[1]!).Add(item);
            last = key;
        }
        return groups;
    }

    internal static object Batch(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("batch", "linecount", "fill_with?");
        var size = JinjaNumbers.ToInt(given[0]);
        var fill = JinjaFilters.Or(given[1], null);
        var batches = JinjaTypes.ToList(run, value).Chunk(Math.Max(1, size)).Select(batch => batch.ToList()).ToList();
        if (fill is not null && batches is [.., var last])
        {
            run.Allocate(size);
            last.AddRange(Enumerable.Repeat(fill, Math.Max(0, size - last.Count)));
        }
        return new JinjaGenerator(batches);
    }

    internal static object Slice(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("slice", "slices", "fill_with?");
        var (items, count, fill) = (JinjaTypes.ToList(run, value), JinjaNumbers.ToInt(given[0]), JinjaFilters.Or(given[1], null));
        if (count == 0)
            throw new JinjaFault("Division by zero.");
        run.Allocate(Math.Max(0, count));
        var slices = new List<object?>();
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var length = items.Count / count + (i < items.Count % count ? 1 : 0);
            var slice = items.GetRange(start, length);
            start += length;
            if (fill is not null && i >= items.Count % count)
                slice.Add(fill);
            slices.Add(slice);
        }
        return new JinjaGenerator(slices);
    }

    internal static object? Extreme(JinjaRun run, object? value, JinjaArguments arguments, string name)
    {
        var given = arguments.Bind(name, "case_sensitive?", "attribute?");
        var getter = JinjaSelectionFilters.Getter(run, JinjaFilters.Or(given[1], null));
        var fold = Folding(given[0]);
        var items = JinjaTypes.ToList(run, value);
        if (items.Count == 0)
            return new JinjaUndefined("The sequence has no minimum and no maximum, because it is empty.");
        var best = items[0];
        foreach (var item in items.Skip(1))
            if (JinjaOperators.Order("<", fold(getter(item)), fold(getter(best))) is { } order && (name == "min" ? order < 0 : order > 0))
                best = item;
        return best;
    }

    internal static object? Sum(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("sum", "attribute?", "start?");
        var getter = JinjaSelectionFilters.Getter(run, JinjaFilters.Or(given[0], null));
        var sum = JinjaFilters.Or(given[1], 0L);
        if (sum is string)
            throw new JinjaFault("The filter 'sum' does not add strings. Use the filter 'join'.");
        foreach (var item in JinjaTypes.Iterate(value))
            sum = JinjaOperators.Binary(run, "+", sum, getter(item));
        return sum;
    }

    /// <summary>
    /// Returns a function that converts strings to lower case for comparisons. If the argument is true, the function does not change them.
    /// </summary>
    private static Func<object?, object?> Folding(object? isCaseSensitive) => JinjaTypes.Truth(JinjaFilters.Or(isCaseSensitive, false))
        ? value => value
        : value => value is string text ? JinjaCasing.Lower(text) : value;

    private static IEnumerable<object?> UniqueItems(
        IEnumerable<object?> items, Func<object?, object?> getter, Func<object?, object?> fold)
    {
        var seen = new JinjaDict();
        foreach (var item in items)
        {
            var key = new JinjaTuple([fold(getter(item))]);
            if (seen.Contains(key))
                continue;
            seen.Set(key, null);
            yield return item;
        }
    }

    private static List<object?> Sorted(JinjaRun run, List<object?> items, object? reverse, Func<object?, object?> key)
    {
        var keyed = items.Select(item => (Item: item, Key: key(item)));
        var comparer = Comparer<object?>.Create((x, y) =>
        {
            run.Charge(4);
            return JinjaOperators.Order("<", x, y) ?? 0;
        });
        // Python keeps the order of equal elements even if the order is reversed.
        var isReversed = JinjaTypes.Truth(JinjaFilters.Or(reverse, false));
        var sorted = isReversed ? keyed.OrderByDescending(entry => entry.Key, comparer) : keyed.OrderBy(entry => entry.Key, comparer);
        try
        {
            return [.. sorted.Select(entry => entry.Item)];
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaFault fault)
        {
            throw new JinjaFault(fault.Message, fault.Error);
        }
    }
}
