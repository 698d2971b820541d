namespace PeftSharp.Hub;

/// <summary>A revision of a repository and its files.</summary>
/// <param name="Name">The name of the repository.</param>
/// <param name="Commit">The hash of the commit, 40 hexadecimal digits.</param>
/// <param name="Files">The names of the files in the commit. Folders are separated by <c>/</c>.</param>
public sealed record HubRepository(string Name, string Commit, IReadOnlyList<string> Files)
{
    /// <summary>The type of the repository. Default: a model.</summary>
    public HubRepositoryType Type { get; init; }
}
