namespace PeftSharp.Data;

/// <summary>The data files of a folder and its subfolders.</summary>
internal sealed class FolderSource(string folder) : DataSource
{
    private IReadOnlyList<string>? _visible, _all;

    internal override string Description => $"the folder '{folder}'";

    internal override IReadOnlyList<string> List(bool includeHidden = false) => includeHidden
        ? _all ??= Names(includeHidden: true)
        : _visible ??= Names(includeHidden: false);

    internal override Task<IReadOnlyList<string>> ObtainAsync(IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. files.Select(file => Path.Combine(folder, file))]);

    private string[] Names(bool includeHidden) =>
        [.. FilesBelow(new DirectoryInfo(folder), [], includeHidden)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Returns the files of a folder and its subfolders. Subfolders that contain saved datasets or stored results of <c>Map</c> are
    /// omitted, and links to a parent folder are not followed.
    /// </summary>
    private static IEnumerable<string> FilesBelow(DirectoryInfo folder, string[] parents, bool includeHidden)
    {
        string[] path = [.. parents, (folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName.TrimEnd('/', '\\')];
        if (parents.Contains(path[^1]) || (parents.Length > 0 && DiskLayout.IsSaved(folder.FullName)))
            return [];
        var found = folder.EnumerateFileSystemInfos().Where(entry => includeHidden
            || (!entry.Name.StartsWith('.') && !(entry is DirectoryInfo && entry.Name.StartsWith("__", StringComparison.Ordinal))));
        return found.ToArray()
            .SelectMany(entry => entry is DirectoryInfo inner ? FilesBelow(inner, path, includeHidden) : [entry.FullName]);
    }
}
