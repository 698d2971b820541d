namespace PeftSharp.Tokenization;

/// <summary>
/// Finds attributes and elements of values by the rules of Jinja's sandbox. For <c>a.b</c>, a method has precedence over a key; for
/// <c>a["b"]</c>, a key has precedence. Members of .NET types cannot be accessed.
/// </summary>
internal static class JinjaAttributes
{
    // Names that exist in Python and that the sandbox of transformers rejects because they change the value.
    private static readonly string[] _changing =
    [
        "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update",
    ];

    private static readonly string[] _ofNumbers =
    [
        "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "fromhex", "hex", "imag", "is_integer",
        "numerator", "real", "to_bytes",
    ];

    /// <summary>The value of <c>owner.name</c>; undefined if there is none.</summary>
    internal static object? Get(object? owner, string name)
    {
        var value = Attribute(owner, name);
        if (value != JinjaFrame.Missing)
            return value;
        return owner is JinjaDict dict && dict.TryGet(name, out var item) ? item : JinjaUndefined.Item(owner, name);
    }

    /// <summary>The value of <c>owner[key]</c>; undefined if there is none.</summary>
    internal static object? Element(JinjaRun run, object? owner, object? key)
    {
        if (owner is JinjaUndefined undefined)
            throw undefined.Fail();
        if (key is JinjaSlice slice)
            return Slice(run, owner, slice);
        if (owner is JinjaDict dict)
        {
            if (key is not (null or List<object?> or JinjaDict) && dict.TryGet(key, out var value))
                return value;
        }
        else if (key is long or bool && At(owner, JinjaNumbers.ToLong(key)) is var item && item != JinjaFrame.Missing)
        {
            return item;
        }
        return key is string name && Attribute(owner, name) is var attribute && attribute != JinjaFrame.Missing
            ? attribute
            : JinjaUndefined.Item(owner, key);
    }

    /// <summary>An attribute or method; <see cref="JinjaFrame.Missing"/> if there is none.</summary>
    private static object? Attribute(object? owner, string name)
    {
        if (owner is JinjaUndefined undefined)
            throw undefined.Fail();
        if (name.StartsWith('_') && owner is not JinjaNamespace && owner is not JinjaDict)
            return Unsafe(owner, name);
        switch (owner)
        {
            case JinjaNamespace space:
                return space.Attributes.GetValueOrDefault(name, JinjaFrame.Missing);
            case JinjaLoop loop:
                return loop.Attribute(name);
            case JinjaTuple { Names: { } names } tuple when Array.IndexOf(names, name) is >= 0 and var index:
                return tuple.Items[index];
            case JinjaCallable { Attributes: { } attributes }:
                return attributes.GetValueOrDefault(name, JinjaFrame.Missing);
            case string or JinjaSafeText:
                return JinjaStringMethods.Find(JinjaTypes.Text(owner), name);
            case JinjaDict or List<object?> or JinjaTuple:
                return owner is not JinjaTuple && _changing.Contains(name) && (owner is JinjaDict) == IsOfDict(name)
                    ? Unsafe(owner, name)
                    : JinjaMethods.Find(owner, name);
            default:
                return JinjaNumbers.Is(owner) && _ofNumbers.Contains(name)
                    ? throw JinjaFault.Unsupported($"The attribute '{name}' of numbers is not supported.")
                    : JinjaFrame.Missing;
        }
    }

    private static bool IsOfDict(string name) => name is "clear" or "pop" or "popitem" or "setdefault" or "update";

    // As in the sandbox of Jinja, the error occurs when the value is used.
    private static JinjaUndefined Unsafe(object? owner, string name) => new(
        $"The attribute '{name}' of a value of the type {JinjaTypes.Name(owner)} is not accessible: templates can neither change values "
        + "nor read private attributes.",
        ChatTemplateError.Unsupported);

    private static object? At(object? owner, long index)
    {
        if (JinjaTypes.LengthOrNull(owner) is not { } length || owner is JinjaView or JinjaLoop)
            return JinjaFrame.Missing;
        var at = (int)(index < 0 ? index + length : index is var same && same < length ? same : -1);
        if (at < 0 || at >= length)
            return JinjaFrame.Missing;
        return owner switch
        {
            string text => JinjaText.At(text, at),
            JinjaSafeText safe => JinjaText.At(safe.Text, at),
            List<object?> list => list[at],
            JinjaTuple tuple => tuple.Items[at],
            JinjaRange range => range[at],
            _ => JinjaFrame.Missing,
        };
    }

    private static object? Slice(JinjaRun run, object? owner, JinjaSlice slice)
    {
        if (JinjaTypes.LengthOrNull(owner) is not { } length || owner is JinjaView or JinjaLoop or JinjaDict)
            return JinjaUndefined.Item(owner, null);
        var indices = slice.Indices(length);
        run.Charge(length);
        return owner switch
        {
            string text => JinjaText.Pick(text, indices),
            JinjaSafeText safe => JinjaText.Pick(safe.Text, indices),
            List<object?> list => indices.Select(index => list[index]).ToList(),
            JinjaTuple tuple => new JinjaTuple([.. indices.Select(index => tuple.Items[index])]),
            _ => indices.Select(index => (object?)((JinjaRange)owner!)[index]).ToList(),
        };
    }
}
