namespace PeftSharp.Hub;

/// <summary>A failure after which the request can be repeated.</summary>
internal sealed class TransientHubException(HubError reason, string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    internal HubError Reason { get; } = reason;

    /// <summary>Whether the server may have executed the request, so that it must not be repeated.</summary>
    internal bool MayHaveEffect { get; init; }

    /// <summary>The delay that the server requests. Null: the server does not request a delay.</summary>
    internal TimeSpan? RetryAfter { get; } = retryAfter;
}
