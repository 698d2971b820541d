namespace PeftSharp.Hub;

/// <summary>The result of an upload.</summary>
/// <param name="Repository">The name of the repository, with its owner.</param>
/// <param name="Commit">
/// The hash of the commit, 40 hexadecimal digits. If no file has changed, no commit is created, and this is the hash of the current commit.
/// </param>
/// <param name="Url">The address of the commit.</param>
/// <param name="Files">The names of the files that the commit changes; empty if no file has changed.</param>
public sealed record HubCommit(string Repository, string Commit, Uri Url, IReadOnlyList<string> Files)
{
    /// <summary>The address of the pull request. Null: no pull request was created.</summary>
    public Uri? PullRequest { get; init; }
}
