namespace PeftSharp.Serialization;

/// <summary>Suggests similar names for an error message about a name that was not found.</summary>
internal static class NameHint
{
    private const int MaxNames = 3;

    /// <summary>Returns the end of a sentence: <c>; the most similar names are …</c>, the only name, or that the file contains no
    /// tensors.</summary>
    internal static string For(string wanted, IEnumerable<string> present)
    {
        // The names of a model share long prefixes, so the distance is the length of the parts between the common prefix and suffix.
        var nearest = present.OrderBy(name => Distance(wanted, name)).ThenBy(name => name, StringComparer.Ordinal).Take(MaxNames).ToList();
        return nearest.Count == 0 ? "; it contains no tensors." : nearest.Count == 1 ? $"; the only name is '{nearest[0]}'."
            : $"; the most similar names are {string.Join(", ", nearest.Select(name => $"'{name}'"))}.";
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
