namespace PeftSharp.Hub;

/// <summary>Options of an upload to the Hugging Face Hub.</summary>
public sealed record HubUploadOptions
{
    /// <summary>The type of the repository (<c>repo_type</c>). Default: a model.</summary>
    public HubRepositoryType RepositoryType { get; init; }

    /// <summary>The branch to which the files are committed. Null: <c>main</c>.</summary>
    public string? Revision { get; init; }

    /// <summary>The title of the commit. Null: a title that names what is uploaded.</summary>
    public string? CommitMessage { get; init; }

    /// <summary>The description of the commit. Null: none.</summary>
    public string? CommitDescription { get; init; }

    /// <summary>
    /// The hash (40 hexadecimal digits) that the latest commit of the branch must have. If the branch has another latest commit, nothing is
    /// committed and a <see cref="HubException"/> with <see cref="HubError.Conflict"/> is thrown. Null: any latest commit is accepted.
    /// </summary>
    public string? ParentCommit { get; init; }

    /// <summary>Whether the files are committed to a new pull request instead of the branch. Default false.</summary>
    public bool CreatePullRequest { get; init; }

    /// <summary>
    /// The folder in the repository to which the files are uploaded. Nested folders are separated by <c>/</c>. Null: the root of the
    /// repository.
    /// </summary>
    public string? PathInRepository { get; init; }

    /// <summary>
    /// Selects the files of a folder. The argument is the path relative to the folder, with the separator <c>/</c>. Null: all files. Files
    /// in <c>.git</c>, <c>.cache/huggingface</c> and <c>__pycache__</c>, and temporary files of this library, are never uploaded.
    /// </summary>
    public Func<string, bool>? Filter { get; init; }

    /// <summary>Receives the progress of each large file. Null: progress is not reported.</summary>
    public IProgress<HubUploadProgress>? Progress { get; init; }
}
