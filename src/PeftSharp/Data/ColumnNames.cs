namespace PeftSharp.Data;

/// <summary>
/// Compares column names. Case and underscores are ignored, because columns that were created from C# records have the names of the
/// properties, such as <c>InputIds</c>.
/// </summary>
internal static class ColumnNames
{
    /// <summary>Returns the name without underscores, in upper case.</summary>
    internal static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>
    /// Returns the given name if a column has this name; otherwise, the name of the only column whose name differs from the given name only
    /// in case and underscores.
    /// </summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    internal static string Find(Dataset dataset, string name) => TryFind(dataset, name) ?? dataset[name].Name;   // the indexer throws

    /// <inheritdoc cref="Find" path="/summary"/>
    /// <returns>The name of the column, or null if there is none.</returns>
    internal static string? TryFind(Dataset dataset, string name)
    {
        if (dataset.ColumnNames.Contains(name)) return name;
        string[] similar = [.. dataset.ColumnNames.Where(column => Normalize(column) == Normalize(name))];
        return similar is [var only] ? only : null;
    }
}
