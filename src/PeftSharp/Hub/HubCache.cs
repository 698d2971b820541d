using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>The cache of one repository on the disk, in the format of the Python package <c>huggingface_hub</c>.</summary>
/// <remarks>
/// <c>blobs</c> contains the files, named by their ETag. <c>snapshots/COMMIT</c> is the folder of a revision, whose files are relative
/// symbolic links to blobs. <c>refs</c> contains the commit of each branch and tag. <c>trees/COMMIT.json</c> contains the list of all files
/// of a commit (<see cref="HubTree"/>). <c>.no_exist/COMMIT</c> contains an empty file for each file that is known to be absent from the
/// commit. Lock files are in the folder <c>.locks</c> of the cache.
/// </remarks>
internal sealed class HubCache
{
    private const string TagText = """
        Signature: 8a477f597d28d172789f06886806bc55
        # This file is a cache directory tag created by PeftSharp.
        # For information about cache directory tags, see https://bford.info/cachedir/

        """;

    private readonly HubSettings _settings;
    private readonly string _name;

    internal HubCache(HubSettings settings, string repository, HubRepositoryType type = HubRepositoryType.Model)
    {
        _settings = settings;
        _name = (type == HubRepositoryType.Dataset ? "datasets--" : "models--") + repository.Replace("/", "--", StringComparison.Ordinal);
        Folder = Path.Combine(settings.CacheFolder, _name);
    }

    /// <summary>The folder of the repository.</summary>
    internal string Folder { get; }

    internal string Blob(string etag) => Path.Combine(Folder, "blobs", etag);

    internal string LockFile(string etag) => Path.Combine(_settings.CacheFolder, ".locks", _name, $"{etag}.lock");

    internal string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    internal string Tree(string commit) => Path.Combine(Folder, "trees", $"{commit}.json");

    internal string File(string commit, string file) => Path.Combine(Snapshot(commit), Native(file));

    /// <summary>
    /// Returns the commit of a branch or tag at its last download; a commit is returned unchanged. Null: the revision is not in the cache.
    /// </summary>
    internal string? CommitOf(string revision)
    {
        if (HubName.IsCommit(revision)) return revision;
        var path = Path.Combine(Folder, "refs", Native(revision));
        return System.IO.File.Exists(path) && System.IO.File.ReadAllText(path).Trim() is var commit && HubName.IsCommit(commit)
            ? commit : null;
    }

    /// <summary>Returns the path of a cached file of a branch, tag or commit. Null: the file is not in the cache.</summary>
    internal string? Find(string revision, string file) =>
        CommitOf(revision) is { } commit && File(commit, file) is var path && LengthOf(path) is not null ? path : null;

    /// <summary>Returns whether the cache records that a commit does not contain a file.</summary>
    internal bool IsKnownMissing(string commit, string file) => System.IO.File.Exists(Missing(commit, file));

    /// <summary>Returns the length of a file or of the file to which a link refers. Null: the file does not exist.</summary>
    internal static long? LengthOf(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null) return file.Exists ? file.Length : null;
        try { return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : null; }
        catch (IOException) { return null; }                                        // links that form a cycle
    }

    /// <summary>Records the commit of a branch or tag.</summary>
    internal void SetCommit(string revision, string commit)
    {
        if (revision == commit || CommitOf(revision) == commit) return;
        var path = Path.Combine(Folder, "refs", Native(revision));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, commit);
    }

    /// <summary>Records that a commit does not contain a file.</summary>
    internal void SetMissing(string commit, string file)
    {
        var path = Missing(commit, file);
        if (System.IO.File.Exists(path)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, []);
    }

    /// <summary>Creates the folders, and the file that tells backup programs to skip the cache.</summary>
    internal void Create()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "blobs"));
        var tag = Path.Combine(_settings.CacheFolder, "CACHEDIR.TAG");
        if (!System.IO.File.Exists(tag)) AtomicFile.WriteText(tag, TagText.ReplaceLineEndings("\n"));
    }

    /// <summary>
    /// Adds a blob to the folder of a commit: as a relative link or, where links are not allowed, by moving or copying the blob.
    /// </summary>
    /// <param name="etag">The name of the blob.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="file">The name of the file.</param>
    /// <param name="isNew">Whether no other commit can use the blob, so that it may be moved.</param>
    /// <exception cref="IOException">A folder of the snapshot is a link, which neither this library nor Python's creates.</exception>
    internal string Link(string etag, string commit, string file, bool isNew)
    {
        var (path, blob) = (File(commit, file), Blob(etag));
        for (var folder = Path.GetDirectoryName(path)!; folder.Length >= Snapshot(commit).Length; folder = Path.GetDirectoryName(folder)!)
            if (new DirectoryInfo(folder).LinkTarget is { } target)
                throw new IOException(
                    $"'{folder}' is a link to '{target}', so the file would be stored outside the cache. Delete the link.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // The temporary name does not contain the name of the file, which may already have 255 bytes.
        var staged = TemporaryEntry.NameFor(Path.GetDirectoryName(path) + Path.DirectorySeparatorChar);
        if (!_settings.DisableSymbolicLinks)
        {
            try
            {
                System.IO.File.CreateSymbolicLink(staged, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
                System.IO.File.Move(staged, path, overwrite: true);
                return path;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                System.IO.File.Delete(staged);                                      // Windows, without permission to create links
            }
        }
        if (isNew) System.IO.File.Move(blob, path, overwrite: true);
        else
        {
            System.IO.File.Copy(blob, staged, overwrite: true);
            System.IO.File.Move(staged, path, overwrite: true);
        }
        return path;
    }

    /// <summary>
    /// Deletes the partial file of an interrupted download, if another program has downloaded the complete file in the meantime.
    /// </summary>
    /// <param name="path">A cached file.</param>
    internal static void DeletePartial(string path)
    {
        if (new FileInfo(path).LinkTarget is not { } blob) return;
        var partial = Path.Combine(Path.GetDirectoryName(path)!, blob) + HubDownload.PartialEnding;
        if (!System.IO.File.Exists(partial)) return;
        try { new FileStream(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose).Dispose(); }
        // Another process uses the file, or this process has no permission to delete it.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    private string Missing(string commit, string file) => Path.Combine(Folder, ".no_exist", commit, Native(file));

    private static string Native(string path) => path.Replace('/', Path.DirectorySeparatorChar);
}
