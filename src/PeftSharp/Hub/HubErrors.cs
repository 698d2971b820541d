using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace PeftSharp.Hub;

/// <summary>Converts responses of the Hub that report an error to exceptions that name the remedy.</summary>
internal static partial class HubErrors
{
    /// <summary>The advice after a response that is not valid.</summary>
    internal const string CheckEndpoint = "If HF_ENDPOINT is set, check its address; otherwise check the proxy and the firewall.";

    /// <summary>The key in <see cref="Exception.Data"/> of the commit that does not contain the file.</summary>
    internal const string CommitKey = "commit";

    private const int MaxMessageLength = 500;

    private static readonly HttpStatusCode[] _transient =
    [
        HttpStatusCode.RequestTimeout, HttpStatusCode.TooManyRequests, HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway,
        HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout,
    ];

    /// <summary>Returns the exception for a response that reports an error.</summary>
    internal static Exception Of(HttpResponseMessage response, HubRequest request, HubSettings settings)
    {
        var (code, message) = (Header(response, "X-Error-Code"), Header(response, "X-Error-Message"));
        var status = $"{(int)response.StatusCode}{(message is null ? "" : $", {HubName.Show(message, MaxMessageLength)}")}";
        if (IsTransient(response))
            return new TransientHubException(
                response.StatusCode == HttpStatusCode.TooManyRequests ? HubError.RateLimited : HubError.Server,
                $"{HostOf(response)} reported status {status}.", RetryAfter(response));
        var page = settings.Address(request.Path);
        if (code == "GatedRepo")
            return request.Error(HubError.GatedRepository, "access to this repository must be requested. Open "
                + $"{page} in a browser, accept the conditions, and set HF_TOKEN to a token of the same account. {TokenState(settings)}");
        if (code == "RevisionNotFound")
            return request.Error(
                HubError.RevisionNotFound, $"there is no such revision. See {page}/tree/main for its branches and tags.");
        if (code == "EntryNotFound" || (code is null && response.StatusCode == HttpStatusCode.NotFound && request.File is not null))
            return NotFound(response, request, page);
        if (response.StatusCode == HttpStatusCode.Unauthorized
            && message?.Contains("Invalid credentials", StringComparison.Ordinal) == true)
            return request.Error(HubError.InvalidToken, $"{settings.Endpoint.Host} does not accept the token ({status}). "
                + $"Set HF_TOKEN to a valid token ({settings.Address("settings/tokens")}), or remove it for public repositories.");
        if (code == "RepoNotFound" || response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
            return request.Error(HubError.RepositoryNotFound,
                $"{settings.Endpoint} has no such repository, or it is private ({status}). Check the name. "
                + $"For a private repository, set HF_TOKEN to a token that can read it. {TokenState(settings)}");
        if (response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired)
            return request.Error(HubError.Connection, $"the proxy requires a user name and a password ({status}). Set HTTPS_PROXY to "
                + "http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY if it can be reached without the proxy.");
        if (response.StatusCode == HttpStatusCode.Forbidden)
            return request.Error(HubError.Forbidden, $"access is refused ({status}). "
                + $"Check the permissions of your token. {TokenState(settings)}");
        return request.Error(HubError.Server, $"{HostOf(response)} reported status {status}. "
            + "If HF_ENDPOINT is set, check that it is the address of a Hugging Face endpoint; otherwise check the proxy and the "
            + "firewall.");
    }

    /// <summary>Returns the exception for a response that a Hugging Face endpoint would not send.</summary>
    internal static HubException NotAHub(HubSettings settings, HubRequest request, string what, string? value, Exception? inner = null) =>
        request.Error(HubError.Server,
            $"the response of {settings.Endpoint.Host} has {(value is null ? "no" : "an invalid")} {what}"
            + $"{(value is null ? "" : $" ('{HubName.Show(value)}')")}, so it does not come from a Hugging Face endpoint. "
            + CheckEndpoint, inner);

    /// <summary>Whether the same request can succeed later.</summary>
    internal static bool IsTransient(HttpResponseMessage response) => _transient.Contains(response.StatusCode);

    /// <summary>Returns the host that sent a response. After a redirect, it can be another host than that of the endpoint.</summary>
    internal static string HostOf(HttpResponseMessage response) => response.RequestMessage!.RequestUri!.Host;

    /// <summary>Returns a header of a response. Null: the header is missing or empty.</summary>
    internal static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.FirstOrDefault(value => value.Length > 0) : null;

    private static HubException NotFound(HttpResponseMessage response, HubRequest request, Uri page)
    {
        var error = request.Error(HubError.FileNotFound, $"there is no such file. See {page}/tree/{request.Revision} for its files.");
        if (Header(response, "X-Repo-Commit") is { } commit && HubName.IsCommit(commit)) error.Data[CommitKey] = commit;
        return error;
    }

    private static string TokenState(HubSettings settings) =>
        settings.Token is null ? $"No token was sent; create one at {settings.Address("settings/tokens")}." : "A token was sent.";

    /// <summary>
    /// Returns the delay in the header <c>Retry-After</c> (seconds or a date) or, if a rate limit is exceeded, in the header
    /// <c>RateLimit</c>.
    /// </summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is { } header)
            return header.Delta ?? (header.Date - DateTimeOffset.UtcNow is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        return response.StatusCode == HttpStatusCode.TooManyRequests && Header(response, "RateLimit") is { } limit
            && UsedUp().Match(limit) is { Success: true } match
            && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : null;
    }

    [GeneratedRegex(@";\s*r=0\s*;\s*t=(\d+)")]
    private static partial Regex UsedUp();
}
