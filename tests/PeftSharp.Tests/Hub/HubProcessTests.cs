using System.Diagnostics;
using PeftSharp.Hub;
using PeftSharp.Tests.Processes;

namespace PeftSharp.Tests.Hub;

/// <summary>Two processes download a repository to the same cache at once, and one of them is killed.</summary>
public sealed class HubProcessTests : IDisposable
{
    private const int StallAfter = 70_000;
    private static readonly string[] _large = ["model-1.safetensors", "model-2.safetensors", "model-3.safetensors"];
    private readonly HubFixture _hub = new();
    private readonly ServerRepository _repository;
    private readonly List<Process> _processes = [];
    private readonly SemaphoreSlim _stalled = new(0);

    public HubProcessTests()
    {
        _repository = _hub.Server.Add("gpt2", [("config.json", HubFixture.Bytes(100)), ("sub/note.txt", HubFixture.Bytes(200)),
            .. _large.Select((name, seed) => (name, HubFixture.Bytes(300_000, seed)))]);
        foreach (var name in _large) _repository.LargeFiles.Add(name);
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        _hub.Dispose();
        _stalled.Dispose();
    }

    [Fact]
    public async Task If_the_process_that_downloads_is_killed_the_one_that_waits_continues_its_download()
    {
        StallFirstDownloads();
        var first = Start();
        await FirstDownloadsHaveStalled();
        var second = Start();
        await Until(() => Requests("HEAD") >= 2 * _repository.Files.Count - 2);              // it has come to the files that are locked

        first.Kill();
        await EndsWhole(second);

        _hub.Server.SentBytes.Should().Be(DescriptionBytes(3) + _repository.Files.Values.Sum(content => content.Length),
            "no byte is transferred twice");
    }

    [Fact]
    public async Task If_the_process_that_waits_is_killed_the_other_one_ends()
    {
        StallFirstDownloads();
        var first = Start();
        await FirstDownloadsHaveStalled();
        var second = Start();
        await Until(() => Requests("HEAD") >= 2 * _repository.Files.Count - 2);

        second.Kill();
        await second.WaitForExitAsync();
        _hub.Server.CloseStalled();
        await EndsWhole(first);
    }

    [Fact]
    public async Task If_both_are_killed_the_next_process_continues()
    {
        StallFirstDownloads();
        var (first, second) = (Start(), Start());
        await FirstDownloadsHaveStalled();
        first.Kill();
        second.Kill();
        await Task.WhenAll(first.WaitForExitAsync(), second.WaitForExitAsync());
        _hub.Server.Change = null;

        await EndsWhole(Start());
    }

    private void StallFirstDownloads()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        _hub.Server.Change = (request, response) =>
        {
            if (response.Body.Length < StallAfter || request.Method == "HEAD") return response;
            lock (seen)
                if (!seen.Add(request.Path)) return response;
            _stalled.Release();
            return response with { StallAfter = StallAfter };
        };
    }

    private async Task FirstDownloadsHaveStalled()
    {
        foreach (var _ in _large) (await _stalled.WaitAsync(TimeSpan.FromSeconds(60))).Should().BeTrue();
        await Until(() => _large.All(name => new FileInfo(Partial(name)) is { Exists: true, Length: StallAfter }));
    }

    private async Task EndsWhole(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, "it wrote {0}{1}", await output, await error);
        foreach (var (name, content) in _repository.Files)
            File.ReadAllBytes(Path.Combine(await output, name)).Should().Equal(content);
        _hub.CacheFiles.Should().NotContain(file => file.EndsWith(".incomplete") || file.EndsWith(".tmp"));

        _hub.Server.Requests.Clear();
        using var client = new HubClient(_hub.Options);
        (await client.DownloadSnapshotAsync("gpt2")).Should().Be(await output);
        _hub.Server.Log.Should().ContainSingle("everything is in the cache").Which.Should().Contain("/revision/main");
    }

    private Process Start()
    {
        var process = ChildProcess.Begin(nameof(HubDownloadProgram),
            (HubDownloadProgram.Endpoint, _hub.Server.Address.ToString()), (HubDownloadProgram.Cache, _hub.CacheFolder));
        _processes.Add(process);
        return process;
    }

    private int Requests(string method) => _hub.Server.Requests.Count(request => request.Method == method);

    private long DescriptionBytes(int count) =>
        count * System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { sha = _repository.Commit, siblings = _repository.Files.Keys.Select(file => new { rfilename = file }) }).Length;

    private string Partial(string file) => Path.Combine(_hub.CacheFolder, "models--gpt2/blobs", $"{_repository.ETag(file)}.incomplete");

    private static async Task Until(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(10))
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60), "the condition must become true");
    }
}
