namespace PeftSharp.Serialization;

/// <summary>The names nearest to one that was not found, for its error message.</summary>
internal static class NameHint
{
    private const int MostNamed = 3;

    /// <summary>A sentence's end: <c>; the nearest names are …</c>, or that there are no names at all.</summary>
    internal static string For(string wanted, IEnumerable<string> present)
    {
        // Names of one model share long beginnings, so what counts is the rest after the common beginning and before the common end.
        var nearest = present.OrderBy(name => Distance(wanted, name)).ThenBy(name => name, StringComparer.Ordinal).Take(MostNamed).ToList();
        return nearest.Count == 0 ? "; it holds no tensors." : $"; the nearest names are {string.Join(", ", nearest.Select(name => $"'{name}'"))}.";
    }

    private static int Distance(string a, string b)
    {
        var shortest = Math.Min(a.Length, b.Length);
        var start = a.AsSpan().CommonPrefixLength(b);
        var end = 0;
        while (end < shortest - start && a[^(end + 1)] == b[^(end + 1)])
            end++;
        return a.Length + b.Length - 2 * (start + end);
    }
}
