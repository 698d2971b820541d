using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace PeftSharp.Hub;

/// <summary>Sends requests to the Hub: token, redirects, timeouts and retries.</summary>
internal sealed partial class HubConnection : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly TimeSpan _longestDelay = TimeSpan.FromMinutes(10);
    private static readonly ProductInfoHeaderValue _product = new(
        "PeftSharp", typeof(HubConnection).Assembly.GetName().Version?.ToString(3) ?? "0");
    private static readonly ProductInfoHeaderValue _runtime = new($"({RuntimeInformation.FrameworkDescription})");

    private readonly HubSettings _settings;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _retries;

    internal HubConnection(HubSettings settings)
    {
        _settings = settings;
        // Redirects are followed here, because each may contain metadata and may lead to a host that must not get the token.
        // The timeouts are set for each phase.
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = settings.ResponseTimeout,
            Proxy = new HubProxy(HttpClient.DefaultProxy, settings.ProxyExceptions),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _retries = settings.MaxRetries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder().AddRetry(Strategy()).Build();
    }

    /// <summary>Runs <paramref name="action"/> and repeats it after transient failures.</summary>
    /// <exception cref="HubException">The last retry failed too.</exception>
    internal async Task<T> RepeatAsync<T>(
        HubRequest request, Func<CancellationToken, ValueTask<T>> action, CancellationToken cancellationToken, bool once = false)
    {
        try
        {
            return once ? await action(cancellationToken).ConfigureAwait(false)
                : await _retries.ExecuteAsync(action, cancellationToken).ConfigureAwait(false);
        }
        catch (TransientHubException error)
        {
            throw request.Error(error.Reason, error.Message + (error.Reason switch
            {
                HubError.RateLimited => " Wait and try again; with a token (HF_TOKEN) the limit is higher."
                    + (error.RetryAfter is { } delay ? $" The server asks to wait {delay.TotalSeconds:F0} seconds." : ""),
                HubError.Connection => " Check the network, and the proxy if there is one (HTTPS_PROXY)."
                    + (request.File is null ? "" : " The next attempt of a download continues after the bytes that were received.")
                    + " To load on a machine without access to the Internet, pass the path of a folder.",
                _ => " Try again later.",
            }), error);
        }
    }

    /// <summary>Sends one request and follows redirects. The content of the response is not read.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">The address, on the endpoint.</param>
    /// <param name="request">The repository, revision and file, for error messages.</param>
    /// <param name="offset">Number of bytes at the start of the file that are not requested.</param>
    /// <param name="onlyEndpoint">
    /// Whether a redirect to another host is returned instead of followed, if it contains the metadata of a file.
    /// </param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A successful response, a redirect (see <paramref name="onlyEndpoint"/>), or status 416 if an offset was given.</returns>
    /// <exception cref="TransientHubException">The request can be repeated.</exception>
    /// <exception cref="HubException">The server reports an error.</exception>
    internal async ValueTask<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, HubRequest request, long offset, bool onlyEndpoint, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendOnceAsync(method, address, offset, cancellationToken).ConfigureAwait(false);
            if (Redirect(response) is { } next)
            {
                // The Hub sends the metadata with the redirect. A mirror does not, so its redirect is followed to the host that sends them.
                if (onlyEndpoint && !_settings.IsEndpoint(next) && HubErrors.Header(response, "X-Repo-Commit") is not null)
                    return response;
                response.Dispose();
                if (next.Scheme != Uri.UriSchemeHttps && (address.Scheme, next.Scheme) != ("http", "http"))
                    throw request.Error(HubError.Server, $"{address.Host} redirects to {next.Scheme}://{next.Host}, which is not "
                        + $"{(next.Scheme == "http" ? "encrypted" : "an HTTP address")}. Nothing was downloaded.");
                address = next;
                continue;
            }
            if (response.IsSuccessStatusCode || (offset > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
                return response;
            using (response) throw HubErrors.Of(response, request, _settings);
        }
        throw TooManyRedirects(request);
    }

    /// <summary>
    /// Sends a request with content. A redirect is followed if it keeps the method; the token is sent to the endpoint only.
    /// </summary>
    /// <param name="method">POST or PUT.</param>
    /// <param name="address">The address.</param>
    /// <param name="request">The repository, revision and file, for error messages.</param>
    /// <param name="content">
    /// Creates the content. Its argument is a function that the content must call whenever it has sent a part; the time between two calls
    /// is limited.
    /// </param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="accept">The media type of the response. Null: any.</param>
    /// <param name="mayHaveEffect">
    /// Whether the request changes the repository. Such a request is not repeated if the server may have executed it.
    /// </param>
    /// <returns>A successful response.</returns>
    /// <exception cref="TransientHubException">The request can be repeated.</exception>
    /// <exception cref="HubException">The server reports an error, or a file cannot be read.</exception>
    internal async ValueTask<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, HubRequest request, Func<Action, HttpContent> content, CancellationToken cancellationToken,
        string? accept = null, bool mayHaveEffect = false)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendContentAsync(method, address, content, accept, mayHaveEffect, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if ((int)response.StatusCode is 307 or 308 && Redirect(response) is { } next
                    && _settings.IsEndpoint(next) == _settings.IsEndpoint(address)
                    && (next.Scheme == "https" || next.Scheme == address.Scheme))
                {
                    address = next;
                    continue;
                }
                var error = await HubUploadErrors.OfAsync(response, request, _settings, cancellationToken).ConfigureAwait(false);
                if (error is not TransientHubException transient || !mayHaveEffect
                    || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) throw error;
                throw new TransientHubException(transient.Reason, transient.Message) { MayHaveEffect = true };
            }
        }
        throw TooManyRedirects(request);
    }

    /// <summary>Returns JSON as the content of a request.</summary>
    internal static HttpContent Json(byte[] body) =>
        new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<HttpResponseMessage> SendContentAsync(
        HttpMethod method, Uri address, Func<Action, HttpContent> content, string? accept, bool mayHaveEffect,
        CancellationToken cancellationToken)
    {
        var limit = _settings.UploadTimeout;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try
        {
            using var message = new HttpRequestMessage(method, address) { Content = content(() => limited.CancelAfter(limit)) };
            message.Headers.UserAgent.Add(_product);
            message.Headers.UserAgent.Add(_runtime);
            if (accept is not null) message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
            Authorize(message);
            return await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientHubException(HubError.Connection,
                $"{address.Host} did not accept data or respond for {limit.TotalSeconds:0.###} seconds.", inner: error)
            { MayHaveEffect = mayHaveEffect };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransientHubException(
                HubError.Connection, $"the connection to {address.Host} failed ({error.Message}).", inner: error)
            { MayHaveEffect = mayHaveEffect };
        }
    }

    private void Authorize(HttpRequestMessage message)
    {
        if (_settings.Token is { } token && _settings.IsEndpoint(message.RequestUri!))
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _client.Dispose();

    private RetryStrategyOptions Strategy() => new()
    {
        MaxRetryAttempts = _settings.MaxRetries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = _settings.RetryDelay,
        MaxDelay = _settings.RetryDelay * 8,
        // If the server asks for a longer delay than a user would wait, the error is reported without a retry.
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is TransientHubException { MayHaveEffect: false } error && !(error.RetryAfter > _longestDelay)),
        DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as TransientHubException)?.RetryAfter),
        OnRetry = arguments =>
        {
            _settings.Logger.LogWarning("{Error} Retry {Retry} of {MaxRetries} in {Seconds:0.#} seconds.",
                HubName.Printable(arguments.Outcome.Exception!.Message), arguments.AttemptNumber + 1, _settings.MaxRetries,
                arguments.RetryDelay.TotalSeconds);
            return ValueTask.CompletedTask;
        },
    };

    private Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, long offset, CancellationToken cancellationToken) =>
        LimitAsync(address.Host, async limited =>
        {
            using var message = new HttpRequestMessage(method, address);
            message.Headers.UserAgent.Add(_product);
            message.Headers.UserAgent.Add(_runtime);
            message.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));     // so that lengths are those of the file
            if (offset > 0) message.Headers.Range = new RangeHeaderValue(offset, null);
            Authorize(message);
            return await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limited).ConfigureAwait(false);
        }, _settings.ResponseTimeout, cancellationToken);

    private HubException TooManyRedirects(HubRequest request) => request.Error(HubError.Server, $"{_settings.Endpoint.Host} redirects more "
        + $"than {MaxRedirects} times. {HubErrors.CheckEndpoint}");

    private static Uri? Redirect(HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location
            ? new Uri(response.RequestMessage!.RequestUri!, location) : null;
}
