using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>A server, an empty cache and a client. Failed requests are repeated without a delay.</summary>
internal sealed class HubFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal HubFixture() => Options = new HubOptions
    {
        Endpoint = Server.Address,
        CacheFolder = Path.Combine(_folder.Path, "hub"),
        Token = "",
        Offline = false,
        RetryDelay = TimeSpan.Zero,
        Timeout = TimeSpan.FromSeconds(30),
    };

    internal HubServer Server { get; } = new();

    internal HubOptions Options { get; set; }

    internal string CacheFolder => Options.CacheFolder!;

    /// <summary>The files of the cache, with relative paths and <c>/</c>.</summary>
    internal IEnumerable<string> CacheFiles => Directory.EnumerateFiles(CacheFolder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(CacheFolder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    internal async Task<string> Download(
        string repository, string file, string? revision = null, CancellationToken cancellationToken = default)
    {
        using var client = new HubClient(Options);
        return await client.DownloadFileAsync(repository, file, revision, cancellationToken: cancellationToken);
    }

    /// <summary>Random bytes that are the same in each run.</summary>
    internal static byte[] Bytes(int count, int seed = 0)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Dispose()
    {
        Server.Dispose();
        _folder.Dispose();
    }
}
