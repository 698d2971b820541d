namespace PeftSharp;

/// <summary>Thrown if files of a Hugging Face repository cannot be obtained or uploaded, or if a repository cannot be created.</summary>
/// <remarks>The message contains a remedy, and the repository, the revision and the file if they are known.</remarks>
public sealed class HubException : PeftSharpException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The exception that caused this one. Null: none.</param>
    public HubException(HubError reason, string message, Exception? innerException = null) : base(message, innerException) =>
        Reason = reason;

    /// <summary>The reason.</summary>
    public HubError Reason { get; }

    /// <summary>
    /// The repository, such as <c>gpt2</c> or <c>google/flan-t5-base</c>. Null if the error does not concern a repository.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The branch, tag or commit that was requested. Null if the error does not concern a revision.</summary>
    public string? Revision { get; init; }

    /// <summary>The file that was requested. Null if the request did not concern a single file.</summary>
    public string? FileName { get; init; }
}
