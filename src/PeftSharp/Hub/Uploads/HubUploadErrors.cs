using System.Net;
using System.Text.Json;

namespace PeftSharp.Hub;

/// <summary>Converts error responses to uploads into exceptions whose message names the remedy.</summary>
internal static class HubUploadErrors
{
    private const int MaxMessageBytes = 1 << 14;
    private const int MaxMessageLength = 2000;

    /// <summary>Returns the exception for a response of the Hub or of its storage.</summary>
    internal static async Task<Exception> OfAsync(
        HttpResponseMessage response, HubRequest request, HubSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.IsEndpoint(response.RequestMessage!.RequestUri!))
            return HubErrors.IsTransient(response) ? HubErrors.Of(response, request, settings)
                : request.Error(HubError.Rejected, $"the storage {response.RequestMessage.RequestUri!.Host} refused the content with "
                    + $"status {(int)response.StatusCode}. Nothing was committed; start the upload again.");
        if (HubErrors.IsTransient(response)) return HubErrors.Of(response, request, settings);
        var message = HubErrors.Header(response, "X-Error-Message") ?? await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        var status = $"{(int)response.StatusCode}{(message is null ? "" : $", {HubName.Show(message.TrimEnd('.'), MaxMessageLength)}")}";
        var tokens = settings.Address("settings/tokens");
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when settings.Token is null => request.Error(HubError.InvalidToken,
                $"uploads need a token ({status}). Create a token with write permission at {tokens}, and set HF_TOKEN "
                + "or HubOptions.Token to it, or log in once with 'hf auth login'."),
            HttpStatusCode.Unauthorized => request.Error(HubError.InvalidToken,
                $"{settings.Endpoint.Host} does not accept the token ({status}). Create a new token with write permission at {tokens}."),
            HttpStatusCode.Forbidden => request.Error(HubError.Forbidden,
                $"the token has no permission to write to it ({status}). "
                + $"Use a token with write permission for this owner ({tokens}), or the name of a repository of your own account."),
            HttpStatusCode.NotFound => request.Error(HubError.RepositoryNotFound,
                $"there is no such repository or branch, or the token cannot see it ({status}). "
                + "Create the repository with HubClient.CreateRepositoryAsync, or use a token that can read it."),
            HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => request.Error(HubError.Conflict,
                $"the repository has changed in the meantime ({status}). Nothing was committed. Look at the new commits, and upload "
                + "again."),
            _ => request.Error(HubError.Rejected, $"{settings.Endpoint.Host} refused the request with status {status}. "
                + "Nothing was committed."),
        };
    }

    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxMessageBytes];
        int count;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException) { return null; }   // the status is enough
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, count));
            if (json.RootElement.ValueKind != JsonValueKind.Object) return null;
            if (json.RootElement.TryGetProperty("error", out var text)) return text.ToString();
            return json.RootElement.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array
                ? string.Join("; ", list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("message", out var its) ? its.ToString() : item.ToString()))
                : null;
        }
        catch (JsonException) { return null; }                                                          // an HTML page of a proxy
    }
}
