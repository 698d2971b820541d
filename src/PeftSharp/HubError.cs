namespace PeftSharp;

/// <summary>The reason for a <see cref="HubException"/>.</summary>
public enum HubError
{
    /// <summary>The repository does not exist, or it is private and no token that can read it was sent.</summary>
    RepositoryNotFound,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    RevisionNotFound,

    /// <summary>The revision does not contain the file.</summary>
    FileNotFound,

    /// <summary>The repository is gated: its conditions must be accepted by the account of the token.</summary>
    GatedRepository,

    /// <summary>The token is invalid, or an upload requires a token and no token is set.</summary>
    InvalidToken,

    /// <summary>Access is denied for another reason.</summary>
    Forbidden,

    /// <summary>
    /// Requests are disabled, and the operation requires a request, such as an upload or the download of a file that is not in the cache.
    /// This is also the reason if the Hub cannot be reached and the cached revision lacks files.
    /// </summary>
    Offline,

    /// <summary>The server cannot be reached, the connection was lost, or the server did not respond in time.</summary>
    Connection,

    /// <summary>The server limits the number of requests.</summary>
    RateLimited,

    /// <summary>The server reported an error, or the response does not come from a Hugging Face endpoint.</summary>
    Server,

    /// <summary>The length or the hash of the downloaded file is wrong.</summary>
    Corrupted,

    /// <summary>
    /// The cache or a file cannot be read or written, the disk does not have enough free space, or a file was changed during its upload.
    /// </summary>
    Storage,

    /// <summary>
    /// The last commit of the branch is not the commit that the upload expects, or the repository that should be created already exists.
    /// </summary>
    Conflict,

    /// <summary>The server refused the content of an upload, such as a model card with invalid metadata.</summary>
    Rejected,
}
