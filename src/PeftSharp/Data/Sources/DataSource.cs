namespace PeftSharp.Data;

/// <summary>A source of data files: a folder, or a revision of a dataset repository.</summary>
internal abstract class DataSource : IDisposable
{
    /// <summary>The description of the source for error messages, such as "the folder 'data'".</summary>
    internal abstract string Description { get; }

    /// <summary>Returns the paths of the files relative to the root of the source, with <c>/</c> as separator, in ordinal order.</summary>
    /// <param name="includeHidden">
    /// Whether hidden files are included: files whose path has a part that starts with ".", or a folder that starts with "__".
    /// </param>
    internal abstract IReadOnlyList<string> List(bool includeHidden = false);

    /// <summary>Returns the local paths of files. Files of a repository are downloaded if necessary.</summary>
    internal abstract Task<IReadOnlyList<string>> ObtainAsync(IReadOnlyList<string> files, CancellationToken cancellationToken);

    /// <summary>Reads a small text file. Returns null if there is no such file.</summary>
    internal async Task<string?> ReadTextAsync(string file, CancellationToken cancellationToken) =>
        List().Contains(file)
            ? File.ReadAllText((await ObtainAsync([file], cancellationToken).ConfigureAwait(false))[0])
            : null;

    public virtual void Dispose() { }
}
