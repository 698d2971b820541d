using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PeftSharp.Hub;

/// <summary>
/// The options of the caller. An option that is not set is read from its environment variable, as in the Python package
/// <c>huggingface_hub</c>, or has the default value.
/// </summary>
internal sealed partial class HubSettings
{
    private static readonly string[] _true = ["1", "ON", "YES", "TRUE"];
    private const int DefaultSeconds = 10;
    private const int MaxSeconds = int.MaxValue / 1000;              // .NET's timers and sockets count milliseconds
    private readonly Func<string, string?> _environment;

    /// <param name="options">The options. Null: the defaults.</param>
    /// <param name="environment">
    /// Returns the value of an environment variable. Null: the environment variables of the process are used.
    /// </param>
    /// <exception cref="ArgumentException">An option or an environment variable is invalid.</exception>
    internal HubSettings(HubOptions? options = null, Func<string, string?>? environment = null)
    {
        options ??= new HubOptions();
        _environment = environment ?? Environment.GetEnvironmentVariable;
        Endpoint = ReadEndpoint(options.Endpoint);
        CacheFolder = Path.GetFullPath(options.CacheFolder ?? Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE")
            ?? Path.Combine(Home, "hub"));
        Token = Clean(options.Token ?? DefaultToken());
        Offline = options.Offline ?? IsTrue(Value("HF_HUB_OFFLINE") is null ? "TRANSFORMERS_OFFLINE" : "HF_HUB_OFFLINE");
        DisableSymbolicLinks = IsTrue("HF_HUB_DISABLE_SYMLINKS");
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxRetries, nameof(options.MaxRetries));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryDelay, TimeSpan.Zero, nameof(options.RetryDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParallelDownloads, 1, nameof(options.MaxParallelDownloads));
        if (options.Timeout is { } timeout)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(options.Timeout));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromSeconds(MaxSeconds), nameof(options.Timeout));
        }
        (MaxRetries, RetryDelay, MaxParallelDownloads) = (options.MaxRetries, options.RetryDelay, options.MaxParallelDownloads);
        ResponseTimeout = options.Timeout ?? Seconds("HF_HUB_ETAG_TIMEOUT");
        DataTimeout = options.Timeout ?? Seconds("HF_HUB_DOWNLOAD_TIMEOUT");
        UploadTimeout = options.Timeout ?? TimeSpan.FromSeconds(60);
        ProxyExceptions = Value("no_proxy") ?? Value("NO_PROXY");
        Progress = options.Progress;
        Logger = options.Logger ?? NullLogger.Instance;
    }

    internal Uri Endpoint { get; }
    internal string CacheFolder { get; }
    internal string? Token { get; }
    internal bool Offline { get; }
    internal bool DisableSymbolicLinks { get; init; }
    internal int MaxRetries { get; }
    internal TimeSpan RetryDelay { get; }
    internal int MaxParallelDownloads { get; }
    internal TimeSpan ResponseTimeout { get; }
    internal TimeSpan DataTimeout { get; }
    /// <summary>
    /// The maximum time between two parts of an upload, and the maximum time until the server responds to the upload. The Hub needs more
    /// time than for other requests, because it writes the commit.
    /// </summary>
    internal TimeSpan UploadTimeout { get; }

    /// <summary>The hosts that are reached without the proxy, separated by commas. Null: none.</summary>
    internal string? ProxyExceptions { get; }

    internal IProgress<HubProgress>? Progress { get; }
    internal ILogger Logger { get; }

    /// <summary>
    /// Maximum length of a response that is not a file. The longest are lists of files; a list of 400,000 files has about 20 MB.
    /// </summary>
    internal int MaxResponseBytes { get; init; } = 1 << 27;

    /// <summary>Maximum time in which a response that is not a file arrives completely.</summary>
    internal TimeSpan ResponseLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Returns the free space, in bytes, of the disk that contains a folder.</summary>
    internal Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Returns an address below the endpoint.</summary>
    internal Uri Address(string path) => new($"{Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>
    /// Returns whether an address has the scheme, host and port of the endpoint. The token may only be sent to such an address.
    /// </summary>
    internal bool IsEndpoint(Uri address) => Uri.Compare(address, Endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped,
        StringComparison.OrdinalIgnoreCase) == 0;

    private Uri ReadEndpoint(Uri? option)
    {
        var source = option is null ? "HF_ENDPOINT" : "Endpoint";
        var text = option?.OriginalString ?? Value("HF_ENDPOINT") ?? "https://huggingface.co";
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
            : throw new ArgumentException($"{source} is '{text}', but it must be an address such as https://huggingface.co.");
    }

    private string Home => Folder("HF_HOME") ?? Path.Combine(
        Folder("XDG_CACHE_HOME") ?? Path.Combine(UserFolder, ".cache"), "huggingface");

    private static string UserFolder => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string? DefaultToken()
    {
        if (IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) return null;
        if (Clean(Value("HF_TOKEN")) is { } token) return token;
        if (Clean(Value("HUGGING_FACE_HUB_TOKEN")) is { } older) return older;
        var path = Folder("HF_TOKEN_PATH") ?? Path.Combine(Home, "token");
        try { return File.Exists(path) ? File.ReadAllText(path) : null; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubError.Storage, $"The token file '{path}' cannot be read ({error.Message}). "
                + "Correct its permissions, or set HF_TOKEN.", error);
        }
    }

    private static string? Clean(string? token)
    {
        token = token?.ReplaceLineEndings("").Trim();
        if (string.IsNullOrEmpty(token)) return null;
        return token.All(c => c is > ' ' and <= '~') ? token
            : throw new ArgumentException("The token for the Hugging Face Hub contains a character that is not allowed in a header. "
                + "Copy the token again from the settings of your account.");
    }

    private bool IsTrue(string name) => Value(name) is { } value && _true.Contains(value.ToUpperInvariant());

    private TimeSpan Seconds(string name)
    {
        if (Value(name) is not { } value) return TimeSpan.FromSeconds(DefaultSeconds);
        if (!int.TryParse(value, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
                out var seconds) || seconds > MaxSeconds)
            throw new ArgumentException($"{name} is '{value}', but it must be an integer number of seconds from 0 to {MaxSeconds} "
                + $"(0 is the default, {DefaultSeconds}).");
        return TimeSpan.FromSeconds(seconds == 0 ? DefaultSeconds : seconds);                      // 0 is the default in Python, too
    }

    /// <summary>
    /// Returns the folder in an environment variable, with <c>~</c> and variables (<c>$NAME</c>, <c>${NAME}</c>) expanded.
    /// </summary>
    private string? Folder(string name)
    {
        if (Value(name) is not { } folder) return null;
        if (folder == "~" || folder.StartsWith("~/", StringComparison.Ordinal)) folder = UserFolder + folder[1..];
        return Variable().Replace(folder, match => _environment(match.Groups[1].Value) ?? match.Value);
    }

    private string? Value(string name) => _environment(name) is { Length: > 0 } value ? value : null;

    [GeneratedRegex(@"\$\{?(\w+)\}?")]
    private static partial Regex Variable();
}
