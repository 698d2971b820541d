using System.Text;
using Microsoft.Extensions.Logging;

namespace PeftSharp.Hub;

/// <summary>
/// Options of downloads from and uploads to the Hugging Face Hub. The cache and the environment variables are those of the Python package
/// <c>huggingface_hub</c>.
/// </summary>
public sealed record HubOptions
{
    /// <summary>
    /// Address of the Hub or of a mirror. Null: the environment variable <c>HF_ENDPOINT</c>; if it is not set,
    /// <c>https://huggingface.co</c>.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// Access token for private and gated repositories, and for uploads; it is sent to the host of <see cref="Endpoint"/> only. Null: the
    /// environment variable <c>HF_TOKEN</c>; if it is not set, <c>HUGGING_FACE_HUB_TOKEN</c>; if neither is set, the file that
    /// <c>hf auth login</c> writes (its path is in <c>HF_TOKEN_PATH</c>, by default <c>token</c> in the folder <c>HF_HOME</c>). With
    /// <c>HF_HUB_DISABLE_IMPLICIT_TOKEN=1</c>, null means that no token is sent. Empty string: no token is sent.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>
    /// Folder of the cache. Null: the environment variable <c>HF_HUB_CACHE</c>; if it is not set, <c>HUGGINGFACE_HUB_CACHE</c>; if neither
    /// is set, <c>hub</c> in the folder <c>HF_HOME</c>. The default of <c>HF_HOME</c> is <c>huggingface</c> in the folder
    /// <c>XDG_CACHE_HOME</c>, and the default of <c>XDG_CACHE_HOME</c> is <c>~/.cache</c>.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Whether only the cache is used and no request is sent. Null: the environment variable <c>HF_HUB_OFFLINE</c>; if it is not set,
    /// <c>TRANSFORMERS_OFFLINE</c>; false if neither is set.
    /// </summary>
    public bool? Offline { get; init; }

    /// <summary>
    /// Maximum number of retries of a request after a lost connection, a timeout or the status code 408, 429, 500, 502, 503 or 504. If a
    /// download received data during its retries, the count starts again. Default 5.
    /// </summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>
    /// The delay before the first retry. Each further delay is about twice as long, up to eight times this value. All delays are varied
    /// randomly. A <c>Retry-After</c> header of the server has precedence; if it requests more than ten minutes, there is no retry. Default
    /// 1 second.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The maximum time until the server responds, and the maximum time between two parts of a file. Null, for downloads: the environment
    /// variables <c>HF_HUB_ETAG_TIMEOUT</c> (response) and <c>HF_HUB_DOWNLOAD_TIMEOUT</c> (data) in seconds, 10 seconds if they are not
    /// set. Null, for uploads: 60 seconds. More than zero, at most 2,147,483 seconds.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The maximum number of files that are downloaded or uploaded at the same time. Default 8.</summary>
    public int MaxParallelDownloads { get; init; } = 8;

    /// <summary>Receives the progress of each download. Null: progress is not reported.</summary>
    public IProgress<HubProgress>? Progress { get; init; }

    /// <summary>
    /// Logger for warnings, such as the use of a cached file because the Hub cannot be reached. Null: warnings are not logged.
    /// </summary>
    public ILogger? Logger { get; init; }

    // The generated ToString would write the token, for example to a log.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append($"Endpoint = {Endpoint}, Token = {(string.IsNullOrEmpty(Token) ? Token : "***")}, CacheFolder = {CacheFolder}, ")
            .Append($"Offline = {Offline}, MaxRetries = {MaxRetries}, RetryDelay = {RetryDelay}, Timeout = {Timeout}, ")
            .Append($"MaxParallelDownloads = {MaxParallelDownloads}");
        return true;
    }
}
