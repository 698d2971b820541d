namespace PeftSharp.Hub;

internal sealed partial class HubConnection
{
    private const int ReadBytes = 1 << 16;

    /// <summary>Reads the content of a response that is not a file. The length of the content and the time are limited.</summary>
    /// <exception cref="TransientHubException">The connection was lost, or no data arrived in time.</exception>
    /// <exception cref="HubException">The content is longer than any response of the Hub, or the response does not end.</exception>
    internal async Task<byte[]> ReadAsync(HttpResponseMessage response, HubRequest request, CancellationToken cancellationToken)
    {
        var (content, host) = (new MemoryStream(), HubErrors.HostOf(response));
        if (response.Content.Headers.ContentLength > _settings.MaxResponseBytes) throw TooLong();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_settings.ResponseLimit);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(limited.Token).ConfigureAwait(false);
            var buffer = new byte[ReadBytes];
            while (await ReceiveAsync(host, token => stream.ReadAsync(buffer, token), limited.Token).ConfigureAwait(false)
                is > 0 and var count)
            {
                if (content.Length + count > _settings.MaxResponseBytes) throw TooLong();
                content.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw request.Error(HubError.Connection, $"{host} did not complete its response within "
                + $"{_settings.ResponseLimit.TotalSeconds:0} seconds. Check the network, and the proxy if there is one "
                + "(HTTPS_PROXY).", error);
        }
        return content.ToArray();

        HubException TooLong() => request.Error(HubError.Server, $"the response of {host} has more than "
            + $"{_settings.MaxResponseBytes >> 20} MB, so it does not come from a Hugging Face endpoint. "
            + HubErrors.CheckEndpoint);
    }

    /// <summary>Reads from a response of <paramref name="host"/>. The time without data is limited.</summary>
    /// <exception cref="TransientHubException">The connection was lost, or no data arrived in time.</exception>
    internal Task<T> ReceiveAsync<T>(
        string host, Func<CancellationToken, ValueTask<T>> receive, CancellationToken cancellationToken) =>
        LimitAsync(host, receive, _settings.DataTimeout, cancellationToken);

    private static async Task<T> LimitAsync<T>(
        string host, Func<CancellationToken, ValueTask<T>> action, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try { return await action(limited.Token).ConfigureAwait(false); }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientHubException(HubError.Connection,
                $"{host} sent nothing for {limit.TotalSeconds:0.###} seconds.", inner: error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransientHubException(HubError.Connection,
                $"the connection to {host} failed ({error.Message}).", inner: error);
        }
    }
}
