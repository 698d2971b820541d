namespace PeftSharp.Serialization;

/// <summary>What a folder holds, for the message about what it does not.</summary>
internal static class FolderContents
{
    private const int MostNamed = 12;

    /// <summary>A sentence's end: <c>; the folder holds a, b</c>, or that there is no such folder.</summary>
    internal static string Describe(string? folder)
    {
        folder = string.IsNullOrEmpty(folder) ? "." : folder;
        if (!Directory.Exists(folder))
            return $"; there is no folder '{folder}'.";
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        return names.Count switch
        {
            0 => $"; the folder '{folder}' is empty.",
            > MostNamed => $"; the folder '{folder}' holds {string.Join(", ", names.Take(MostNamed))} and {names.Count - MostNamed} more.",
            _ => $"; the folder '{folder}' holds {string.Join(", ", names)}.",
        };
    }
}
