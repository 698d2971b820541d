using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>A process that downloads the repository <c>gpt2</c>.</summary>
internal static class HubDownloadProgram
{
    internal const string Endpoint = "PEFTSHARP_TEST_ENDPOINT", Cache = "PEFTSHARP_TEST_CACHE";

    internal static string Run()
    {
        using var client = new HubClient(new HubOptions
        {
            Endpoint = new Uri(Environment.GetEnvironmentVariable(Endpoint)!),
            CacheFolder = Environment.GetEnvironmentVariable(Cache),
            Token = "",
            Offline = false,
            Timeout = TimeSpan.FromSeconds(30),
            RetryDelay = TimeSpan.Zero,
        });
        return client.DownloadSnapshotAsync("gpt2").GetAwaiter().GetResult();
    }
}
