namespace PeftSharp.Data;

/// <summary>A place with data files: a folder, or a revision of a dataset repository.</summary>
internal abstract class DataSource : IDisposable
{
    /// <summary>The place in error messages, such as "the folder 'data'".</summary>
    internal abstract string Description { get; }

    /// <summary>Returns the names of the files, relative to the place, with folders separated by <c>/</c>, in ordinal order.</summary>
    /// <param name="includeHidden">Whether files are included whose path has a part that starts with "." or "__".</param>
    internal abstract IReadOnlyList<string> List(bool includeHidden = false);

    /// <summary>Returns the local paths of files, and downloads them if necessary.</summary>
    internal abstract Task<IReadOnlyList<string>> ObtainAsync(IReadOnlyList<string> files, CancellationToken cancellationToken);

    /// <summary>Reads a small text file. Returns null if there is no such file.</summary>
    internal async Task<string?> ReadTextAsync(string file, CancellationToken cancellationToken) =>
        List().Contains(file)
            ? File.ReadAllText((await ObtainAsync([file], cancellationToken).ConfigureAwait(false))[0])
            : null;

    public virtual void Dispose() { }
}
