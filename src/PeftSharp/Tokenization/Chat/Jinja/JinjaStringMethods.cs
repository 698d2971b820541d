namespace PeftSharp.Tokenization;

/// <summary>The methods of strings, as in Python.</summary>
internal static class JinjaStringMethods
{
    private delegate object? Method(JinjaRun run, string text, JinjaArguments arguments);

    private static readonly Dictionary<string, Method> _methods = new(StringComparer.Ordinal)
    {
        ["upper"] = (run, text, arguments) => Changed(run, arguments, "upper", JinjaCasing.Upper(text)),
        ["lower"] = (run, text, arguments) => Changed(run, arguments, "lower", JinjaCasing.Lower(text)),
        ["title"] = (run, text, arguments) => Changed(run, arguments, "title", JinjaCasing.Title(text)),
        ["capitalize"] = (run, text, arguments) => Changed(run, arguments, "capitalize", JinjaCasing.Capitalize(text)),
        ["swapcase"] = (run, text, arguments) => Changed(run, arguments, "swapcase", JinjaCasing.Swap(text)),
        ["strip"] = (_, text, arguments) => Strip(text, arguments, "strip", left: true, right: true),
        ["lstrip"] = (_, text, arguments) => Strip(text, arguments, "lstrip", left: true, right: false),
        ["rstrip"] = (_, text, arguments) => Strip(text, arguments, "rstrip", left: false, right: true),
        ["split"] = (run, text, arguments) => JinjaSplitting.Split(run, text, arguments, fromRight: false),
        ["rsplit"] = (run, text, arguments) => JinjaSplitting.Split(run, text, arguments, fromRight: true),
        ["splitlines"] = JinjaSplitting.SplitLines,
        ["partition"] = (_, text, arguments) => JinjaSplitting.Partition(text, arguments, fromRight: false),
        ["rpartition"] = (_, text, arguments) => JinjaSplitting.Partition(text, arguments, fromRight: true),
        ["join"] = JinjaSplitting.Join,
        ["startswith"] = (run, text, arguments) => Affix(run, text, arguments, "startswith"),
        ["endswith"] = (run, text, arguments) => Affix(run, text, arguments, "endswith"),
        ["removeprefix"] = (_, text, arguments) => JinjaTypes.Text(arguments.Bind("removeprefix", "prefix")[0]) is var prefix
            && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
        ["removesuffix"] = (_, text, arguments) => JinjaTypes.Text(arguments.Bind("removesuffix", "suffix")[0]) is { Length: > 0 } suffix
            && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
        ["replace"] = Replace,
        ["find"] = (_, text, arguments) => Find(text, arguments, "find", fromRight: false) ?? -1L,
        ["rfind"] = (_, text, arguments) => Find(text, arguments, "rfind", fromRight: true) ?? -1L,
        ["index"] = (_, text, arguments) => Find(text, arguments, "index", fromRight: false) ?? throw NotFound(),
        ["rindex"] = (_, text, arguments) => Find(text, arguments, "rindex", fromRight: true) ?? throw NotFound(),
        ["count"] = Count,
        ["center"] = (run, text, arguments) => JinjaPadding.Pad(run, text, arguments, "center"),
        ["ljust"] = (run, text, arguments) => JinjaPadding.Pad(run, text, arguments, "ljust"),
        ["rjust"] = (run, text, arguments) => JinjaPadding.Pad(run, text, arguments, "rjust"),
        ["zfill"] = JinjaPadding.ZeroFill,
        ["format"] = JinjaFormat.Of,
    };

    // Methods of Python's strings that are not implemented. Without this list, they would be treated as undefined.
    private static readonly string[] _unsupported =
        ["casefold", "encode", "expandtabs", "format_map", "isidentifier", "maketrans", "translate"];

    /// <summary>Returns a method of a string; <see cref="JinjaFrame.Missing"/> if there is none.</summary>
    internal static object? Find(string text, string name)
    {
        if (_methods.TryGetValue(name, out var method))
            return new JinjaCallable(name, (run, arguments) => method(run, text, arguments));
        if (JinjaCasing.Predicate(name) is { } predicate)
            return new JinjaCallable(name, (run, arguments) =>
            {
                arguments.Bind(name);
                run.Charge(text.Length);
                return predicate(text);
            });
        return _unsupported.Contains(name)
            ? throw JinjaFault.Unsupported($"The method '{name}' of strings is not supported.")
            : JinjaFrame.Missing;
    }

    /// <summary>Removes white space, or the characters of an argument, from the ends.</summary>
    internal static string Strip(string text, object? characters, bool left, bool right)
    {
        JinjaRun.Scan(text.Length);
        if (characters is null)
            return left ? right ? JinjaText.TrimStart(JinjaText.TrimEnd(text)) : JinjaText.TrimStart(text) : JinjaText.TrimEnd(text);
        var set = JinjaTypes.Text(characters);
        if (JinjaText.HasPairs(set))
            throw JinjaFault.Unsupported("Stripping characters above U+FFFF is not supported.");
        return left ? right ? text.Trim(set.ToCharArray()) : text.TrimStart(set.ToCharArray()) : text.TrimEnd(set.ToCharArray());
    }

    private static string Strip(string text, JinjaArguments arguments, string name, bool left, bool right)
    {
        var characters = arguments.Bind(name, "chars?")[0];
        return characters is "" ? text : Strip(text, characters == JinjaFrame.Missing ? null : characters, left, right);
    }

    private static string Changed(JinjaRun run, JinjaArguments arguments, string name, string text)
    {
        arguments.Bind(name);
        run.Charge(text.Length);
        return text;
    }

    private static object Affix(JinjaRun run, string text, JinjaArguments arguments, string name)
    {
        var given = arguments.Bind(name, "text", "start?", "end?");
        var part = Part(text, given[1], given[2])?.Text;
        string[] affixes = given[0] is JinjaTuple tuple ? Array.ConvertAll(tuple.Items, JinjaTypes.Text) : [JinjaTypes.Text(given[0])];
        run.Charge(affixes.Length);
        return part is not null && affixes.Any(affix => name == "startswith"
            ? part.StartsWith(affix, StringComparison.Ordinal)
            : part.EndsWith(affix, StringComparison.Ordinal));
    }

    private static string Replace(JinjaRun run, string text, JinjaArguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count?");
        var count = given[2] == JinjaFrame.Missing ? -1 : JinjaNumbers.ToInt(given[2]);
        return JinjaSplitting.Replace(run, text, JinjaTypes.Text(given[0]), JinjaTypes.Text(given[1]), count);
    }

    private static object Count(JinjaRun run, string text, JinjaArguments arguments)
    {
        var given = arguments.Bind("count", "sub", "start?", "end?");
        var wanted = JinjaTypes.Text(given[0]);
        if (Part(text, given[1], given[2]) is not { } part)
            return 0L;
        run.Charge(part.Text.Length);
        return wanted.Length == 0 ? JinjaText.Length(part.Text) + 1L : part.Text.AsSpan().Count(wanted);
    }

    private static object? Find(string text, JinjaArguments arguments, string name, bool fromRight)
    {
        var given = arguments.Bind(name, "sub", "start?", "end?");
        var wanted = JinjaTypes.Text(given[0]);
        if (Part(text, given[1], given[2]) is not { } part)
            return null;
        JinjaRun.Scan(part.Text.Length);
        var at = fromRight
            ? part.Text.AsSpan().LastIndexOf(wanted.AsSpan())
            : part.Text.AsSpan().IndexOf(wanted.AsSpan());
        return at < 0 ? null : (long)part.Start + JinjaText.ToCodePoints(part.Text, at);
    }

    /// <summary>
    /// Returns the part of a text between two indices, and the first index; null if the first index is beyond the end of the text.
    /// </summary>
    private static (string Text, int Start)? Part(string text, object? start, object? end)
    {
        if ((start is null || start == JinjaFrame.Missing) && (end is null || end == JinjaFrame.Missing))
            return (text, 0);
        var length = JinjaText.Length(text);
        var from = start is null || start == JinjaFrame.Missing ? 0 : JinjaNumbers.ToLong(start);
        var to = end is null || end == JinjaFrame.Missing ? length : JinjaNumbers.ToLong(end);
        from = Math.Max(0, from < 0 ? from + length : from);
        to = Math.Clamp(to < 0 ? to + length : to, 0, length);
        if (from > to)
            return null;
        return (text[JinjaText.ToUnits(text, (int)from)..JinjaText.ToUnits(text, (int)to)], (int)from);
    }

    private static JinjaFault NotFound() => new("The text that index or rindex searches was not found.");
}
