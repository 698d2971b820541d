using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>Interrupted and damaged downloads.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private const int Size = 300_000;
    private readonly HubFixture _hub = new();
    private readonly byte[] _content = HubFixture.Bytes(Size);
    private readonly ServerRepository _repository;

    public HubDownloadTests()
    {
        _repository = _hub.Server.Add("gpt2", ("model.safetensors", _content));
        _repository.LargeFiles.Add("model.safetensors");
    }

    private string Blobs => Path.Combine(_hub.CacheFolder, "models--gpt2/blobs");

    private string Partial => Path.Combine(Blobs, $"{_repository.ETag("model.safetensors")}.incomplete");

    public void Dispose() => _hub.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_download_cut_at_random_bytes_is_complete_in_the_end_and_nothing_is_transferred_twice(bool isLarge)
    {
        if (!isLarge) _repository.LargeFiles.Clear();
        var random = new Random(1);
        _hub.Server.Change = (request, response) => response.Body.Length > 40_000
            ? response with { CutAfter = random.Next(1, 40_000) } : response;

        var path = await Download();

        File.ReadAllBytes(path).Should().Equal(_content);
        Directory.EnumerateFiles(Blobs).Should().ContainSingle();
        _hub.Server.Requests.Should().HaveCountGreaterThan(10);
        _hub.Server.SentBytes.Should().Be(Size);
    }

    [Fact]
    public async Task A_cancelled_download_is_resumed_where_it_stopped()
    {
        using var cancel = new CancellationTokenSource();
        _hub.Server.Change = (_, response) => response.Body.Length == 0 ? response : response with { StallAfter = 100_000 };
        var running = _hub.Download("gpt2", "model.safetensors", cancellationToken: cancel.Token);
        while (!File.Exists(Partial) || new FileInfo(Partial).Length < 100_000) await Task.Delay(2);
        await cancel.CancelAsync();
        await running.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        Directory.Exists(Path.Combine(_hub.CacheFolder, "models--gpt2/snapshots")).Should().BeFalse();
        (_hub.Server.Change, var before) = (null, _hub.Server.SentBytes);

        File.ReadAllBytes(await Download()).Should().Equal(_content);

        before.Should().Be(100_000);
        _hub.Server.SentBytes.Should().Be(Size);
        _hub.Server.Requests.Last().Header("Range").Should().Be("bytes=100000-");
    }

    [Fact]
    public async Task The_rest_of_an_interrupted_download_is_deleted_when_another_program_has_completed_the_file()
    {
        var path = await Download();
        var commit = Path.GetFileName(Path.GetDirectoryName(path))!;
        File.WriteAllBytes(Partial, _content[..1000]);
        await _hub.Download("gpt2", "model.safetensors", commit);
        File.Exists(Partial).Should().BeFalse();

        File.Delete(path);                                                  // the blob is there, but not its link
        File.WriteAllBytes(Partial, _content[..1000]);
        await Download();
        File.Exists(Partial).Should().BeFalse();
        File.ReadAllBytes(path).Should().Equal(_content);
    }

    [Fact]
    public async Task A_damaged_partial_file_is_downloaded_again()
    {
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Partial, HubFixture.Bytes(5000, seed: 9));
        var log = new LogLines();
        _hub.Options = _hub.Options with { Logger = log };

        File.ReadAllBytes(await Download()).Should().Equal(_content);
        log.Lines.Should().ContainSingle().Which.Should().ContainAll("model.safetensors", "damaged");
    }

    [Theory, InlineData(Size + 1), InlineData(Size)]
    public async Task A_partial_file_that_is_too_long_or_as_long_as_the_file_is_checked(int length)
    {
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Partial, HubFixture.Bytes(length, seed: 9));

        File.ReadAllBytes(await Download()).Should().Equal(_content);
    }

    [Fact]
    public async Task A_whole_partial_file_is_not_downloaded_again()
    {
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Partial, _content);

        File.ReadAllBytes(await Download()).Should().Equal(_content);
        _hub.Server.SentBytes.Should().Be(0);
    }

    [Theory, InlineData(416), InlineData(206)]
    public async Task A_server_that_does_not_resume_is_asked_for_the_whole_file(int status)
    {
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Partial, _content[..1000]);
        _hub.Server.Change = (request, response) => response.Status != 206 ? response
            : new ServerResponse(status, ("Content-Range", $"bytes 0-{Size - 1}/{Size}")) { Body = status == 206 ? _content : [] };

        File.ReadAllBytes(await Download()).Should().Equal(_content);
    }

    [Fact]
    public async Task A_server_that_ignores_the_range_sends_the_whole_file()
    {
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Partial, _content[..1000]);
        _hub.Server.Change = (request, response) => response.Status == 206 ? new ServerResponse(200) { Body = _content } : response;

        File.ReadAllBytes(await Download()).Should().Equal(_content);
        _hub.Server.SentBytes.Should().Be(Size);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Wrong_content_is_an_error_and_is_deleted(bool isLarge)
    {
        if (!isLarge) _repository.LargeFiles.Clear();
        _hub.Server.Change = (_, response) => response.Body.Length == Size
            ? response with { Body = HubFixture.Bytes(Size, seed: 2) } : response;

        var error = await Fails(HubError.Corrupted, "hash", _repository.ETag("model.safetensors"), "proxy");

        error.FileName.Should().Be("model.safetensors");
        Directory.EnumerateFiles(Blobs).Should().BeEmpty();
        Directory.Exists(Path.Combine(_hub.CacheFolder, "models--gpt2/snapshots")).Should().BeFalse();
    }

    [Fact]
    public async Task A_wrong_length_is_an_error_before_the_transfer()
    {
        _hub.Server.Change = (_, response) => response.Body.Length == Size ? response with { Body = _content[..^1] } : response;

        await Fails(HubError.Corrupted, $"{Size}", $"{Size - 1}");
        Directory.EnumerateFiles(Blobs).Where(file => new FileInfo(file).Length > 0).Should().BeEmpty();
    }

    [Fact]
    public async Task More_bytes_than_announced_are_an_error()
    {
        _hub.Server.Change = (_, response) => response.Body.Length == Size
            ? response with { Body = [.. _content, 0], DeclaredLength = -1 } : response;

        await Fails(HubError.Corrupted, $"{Size}");
    }

    [Fact]
    public async Task Fewer_bytes_without_a_length_are_a_lost_connection()
    {
        var cuts = 0;
        _hub.Server.Change = (_, response) => response.Body.Length == Size && cuts++ == 0
            ? response with { CutAfter = 5000, DeclaredLength = -1 } : response;

        File.ReadAllBytes(await Download()).Should().Equal(_content);
        _hub.Server.SentBytes.Should().Be(Size);
    }

    [Fact]
    public async Task A_file_of_unknown_length_is_checked_by_its_hash()
    {
        _repository.LargeFiles.Clear();
        _hub.Server.Change = (request, response) => response with { DeclaredLength = -1 };
        File.ReadAllBytes(await Download()).Should().Equal(_content);

        Directory.Delete(_hub.CacheFolder, recursive: true);
        _hub.Server.Change = (request, response) => response with { DeclaredLength = -1, Body = HubFixture.Bytes(Size, seed: 3) };
        await Fails(HubError.Corrupted, "hash");
    }

    [Fact]
    public async Task Compressed_content_is_an_error()
    {
        _hub.Server.Change = (request, response) => response.Body.Length == Size && request.Method == "GET"
            ? response with { Headers = [.. response.Headers, ("Content-Encoding", "gzip")] } : response;

        await Fails(HubError.Server, "gzip", "proxy");
    }

    [Fact]
    public async Task Too_little_disk_space_is_an_error_before_the_transfer()
    {
        using var client = new HubClient(new HubSettings(_hub.Options) { FreeSpace = _ => 1000 });

        var error = (await client.Awaiting(it => it.DownloadFileAsync("gpt2", "model.safetensors"))
            .Should().ThrowAsync<HubException>()).Which;

        error.Reason.Should().Be(HubError.Storage);
        error.Message.Should().ContainAll("1000", $"{Size}", Blobs, "HF_HOME");
        _hub.Server.SentBytes.Should().Be(0);
    }

    [Fact]
    public async Task A_file_of_unknown_length_does_not_fill_the_disk()
    {
        _repository.LargeFiles.Clear();
        _repository.Files["model.safetensors"] = HubFixture.Bytes(3_000_000);
        _hub.Server.Change = (_, response) => response with { DeclaredLength = -1 };
        using var client = new HubClient(new HubSettings(_hub.Options) { FreeSpace = _ => 1 << 29 });

        var error = (await client.Awaiting(it => it.DownloadFileAsync("gpt2", "model.safetensors"))
            .Should().ThrowAsync<HubException>()).Which;

        error.Reason.Should().Be(HubError.Storage);
        error.Message.Should().ContainAll("did not announce the length", "1 GB of free space", _hub.CacheFolder);
        Directory.EnumerateFiles(Blobs).Sum(file => new FileInfo(file).Length).Should().Be(0);
    }

    [Fact]
    public async Task A_stalled_connection_is_closed_and_the_download_resumed()
    {
        var stalls = 0;
        _hub.Options = _hub.Options with { Timeout = TimeSpan.FromMilliseconds(200) };
        _hub.Server.Change = (_, response) => response.Body.Length == Size && stalls++ == 0
            ? response with { StallAfter = 10_000 } : response;

        File.ReadAllBytes(await Download()).Should().Equal(_content);
        _hub.Server.SentBytes.Should().Be(Size);
    }

    private Task<string> Download() => _hub.Download("gpt2", "model.safetensors");

    private async Task<HubException> Fails(HubError reason, params string[] words)
    {
        var error = (await this.Awaiting(it => it.Download()).Should().ThrowAsync<HubException>()).Which;
        error.Reason.Should().Be(reason);
        error.Message.Should().ContainAll(["model.safetensors", "gpt2", "main", .. words]);
        return error;
    }
}
