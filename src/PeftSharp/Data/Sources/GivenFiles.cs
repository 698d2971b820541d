namespace PeftSharp.Data;

/// <summary>Files whose paths the caller specified.</summary>
internal sealed class GivenFiles(string description) : DataSource
{
    internal override string Description => description;

    internal override IReadOnlyList<string> List(bool includeHidden = false) => [];

    internal override Task<IReadOnlyList<string>> ObtainAsync(IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        Task.FromResult(files);

    /// <summary>Returns the file, the files of the folder, or the files that match the pattern.</summary>
    /// <param name="folder">The folder to which the pattern is relative. Empty: the current folder.</param>
    /// <param name="pattern">The path of a file or folder, whose parts may contain wildcards (<see cref="FilePattern"/>).</param>
    /// <exception cref="FileNotFoundException">No file matches.</exception>
    internal static IReadOnlyList<string> Match(string folder, string pattern)
    {
        var path = Path.Combine(folder, pattern);
        if (File.Exists(path))
            return [path];
        var root = Path.GetPathRoot(path) ?? "";
        string[] parts = Directory.Exists(path)
            ? [.. Parts(path[root.Length..]), "*"]
            : Parts(path[root.Length..]);
        var files = parts.Length == 0 ? [] : Expand(root, parts).Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? files : throw new FileNotFoundException(
            $"No file matches '{path}'. Check the folder and the wildcards. Relative paths start at '{Environment.CurrentDirectory}'.",
            path);
    }

    private static string[] Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the files below a folder that match the parts of a path. Folders are only read if a part requires it.</summary>
    private static IEnumerable<string> Expand(string folder, ReadOnlyMemory<string> parts)
    {
        var (part, rest) = (parts.Span[0], parts[1..]);
        var existing = folder.Length == 0 ? "." : folder;
        if (!Directory.Exists(existing))
            return [];
        if (part == "**")
            return new FilePattern(string.Join('/', parts.ToArray())).Select(new FolderSource(existing))
                .Select(file => Path.Combine(folder, file));
        if (rest.IsEmpty)
            return Names(Directory.EnumerateFiles(existing), part).Select(name => Path.Combine(folder, name));
        if (!FilePattern.HasWildcards(part))
            return Expand(Path.Combine(folder, part), rest);
        return Names(Directory.EnumerateDirectories(existing), part)
            .Where(name => part.StartsWith("__", StringComparison.Ordinal) || !name.StartsWith("__", StringComparison.Ordinal))
            .SelectMany(name => Expand(Path.Combine(folder, name), rest));
    }

    private static string[] Names(IEnumerable<string> entries, string part)
    {
        var pattern = new FilePattern(part);
        return entries.Select(entry => Path.GetFileName(entry)).Where(pattern.IsMatch).ToArray();
    }
}
