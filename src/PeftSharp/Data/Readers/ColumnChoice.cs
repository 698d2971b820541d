namespace PeftSharp.Data;

/// <summary>Which columns of a file are read.</summary>
internal static class ColumnChoice
{
    /// <param name="wanted">The chosen names; null reads all.</param>
    /// <param name="there">The names of the file's columns.</param>
    /// <param name="file">The file, for the message.</param>
    /// <returns>The chosen names in the order of the choice.</returns>
    /// <exception cref="DatasetException">A chosen column is not there, or two columns have one name.</exception>
    internal static IReadOnlyList<string> Of(IReadOnlyList<string>? wanted, IReadOnlyList<string> there, string file)
    {
        var counts = there.CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var chosen = wanted ?? there;
        foreach (var name in chosen)
            switch (counts.GetValueOrDefault(name))
            {
                case 0: throw new DatasetException($"'{file}' has no column '{name}'; its columns are {(there.Count == 0 ? "none" : string.Join(", ", there))}.");
                case > 1: throw new DatasetException($"'{file}' has {counts[name]} columns called '{name}'; give each a name of its own, or choose other columns with LoadOptions.Columns.");
            }
        return chosen;
    }
}
