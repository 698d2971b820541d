using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

public sealed class HubClientTests : IDisposable
{
    private readonly HubFixture _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_file_is_stored_as_huggingface_hub_stores_it()
    {
        var content = HubFixture.Bytes(1000);
        var repository = _hub.Server.Add("owner/name", ("config.json", content), ("sub/model.safetensors", content));
        repository.LargeFiles.Add("sub/model.safetensors");

        var path = await _hub.Download("owner/name", "config.json");
        var large = await _hub.Download("owner/name", "sub/model.safetensors");

        var snapshot = $"models--owner--name/snapshots/{repository.Commit}";
        _hub.CacheFiles.Should().BeEquivalentTo(
            $".locks/models--owner--name/{repository.ETag("config.json")}.lock",
            $".locks/models--owner--name/{repository.ETag("sub/model.safetensors")}.lock",
            "CACHEDIR.TAG",
            $"models--owner--name/blobs/{repository.ETag("config.json")}",
            $"models--owner--name/blobs/{repository.ETag("sub/model.safetensors")}",
            "models--owner--name/refs/main",
            $"{snapshot}/config.json",
            $"{snapshot}/sub/model.safetensors");
        path.Should().Be(Path.Combine(_hub.CacheFolder, snapshot, "config.json"));
        File.ReadAllBytes(path).Should().Equal(content);
        File.ReadAllBytes(large).Should().Equal(content);
        new FileInfo(path).LinkTarget.Should().Be($"../../blobs/{repository.ETag("config.json")}");
        new FileInfo(large).LinkTarget.Should().Be($"../../../blobs/{repository.ETag("sub/model.safetensors")}");
        File.ReadAllText(Path.Combine(_hub.CacheFolder, "models--owner--name/refs/main")).Should().Be(repository.Commit);
    }

    [Fact]
    public async Task Files_of_a_dataset_are_apart_from_those_of_a_model_of_the_same_name()
    {
        _hub.Server.Add("owner/name", ("a.txt", [1]));
        _hub.Server.AddDataset("owner/name", ("a.txt", "data"));
        using var client = new HubClient(_hub.Options);

        var data = await client.DownloadFileAsync("owner/name", "a.txt", repositoryType: HubRepositoryType.Dataset);
        var model = await client.DownloadFileAsync("owner/name", "a.txt");

        File.ReadAllText(data).Should().Be("data");
        File.ReadAllBytes(model).Should().Equal(1);
        client.FindCachedFile("owner/name", "a.txt", repositoryType: HubRepositoryType.Dataset).Should().Be(data)
            .And.Contain("datasets--owner--name");
        var repository = await client.GetRepositoryAsync("owner/name", repositoryType: HubRepositoryType.Dataset);
        (repository.Type, repository.Files.Single()).Should().Be((HubRepositoryType.Dataset, "a.txt"));
        var error = (await client.Awaiting(it => it.DownloadFileAsync("owner/none", "a.txt", repositoryType: HubRepositoryType.Dataset))
            .Should().ThrowAsync<HubException>()).Which;
        error.Message.Should().Contain("dataset repository 'owner/none'");
    }

    [Fact]
    public async Task A_cached_file_costs_one_request_for_a_branch_and_none_for_a_commit()
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        await _hub.Download("gpt2", "config.json");
        _hub.Server.Requests.Clear();

        await _hub.Download("gpt2", "config.json");
        _hub.Server.Log.Should().Equal("HEAD /gpt2/resolve/main/config.json");
        await _hub.Download("gpt2", "config.json", repository.Commit);
        _hub.Server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_new_commit_is_downloaded_and_unchanged_files_are_not_downloaded_again()
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)), ("vocab.json", HubFixture.Bytes(20)));
        await _hub.Download("gpt2", "config.json");
        await _hub.Download("gpt2", "vocab.json");
        var sent = _hub.Server.SentBytes;
        (repository.Commit, repository.Files["config.json"]) = (new string('b', 40), HubFixture.Bytes(12, seed: 1));

        var config = await _hub.Download("gpt2", "config.json");
        var vocabulary = await _hub.Download("gpt2", "vocab.json");

        config.Should().Contain(new string('b', 40));
        vocabulary.Should().Contain(new string('b', 40));
        File.ReadAllBytes(config).Should().Equal(HubFixture.Bytes(12, seed: 1));
        File.ReadAllBytes(vocabulary).Should().Equal(HubFixture.Bytes(20));
        (_hub.Server.SentBytes - sent).Should().Be(12);
    }

    [Theory, InlineData("v1.0"), InlineData("refs/pr/3")]
    public async Task Branches_and_tags_are_recorded_with_their_commit(string revision)
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        repository.Revisions.Add(revision);

        await _hub.Download("gpt2", "config.json", revision);

        _hub.Server.Log.First().Should().Be($"HEAD /gpt2/resolve/{Uri.EscapeDataString(revision)}/config.json");
        File.ReadAllText(Path.Combine(_hub.CacheFolder, "models--gpt2/refs", revision)).Should().Be(repository.Commit);
    }

    [Fact]
    public async Task Without_links_a_file_is_moved_to_its_revision()
    {
        _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        using var client = new HubClient(new HubSettings(_hub.Options) { DisableSymbolicLinks = true });

        var path = await client.DownloadFileAsync("gpt2", "config.json");

        new FileInfo(path).LinkTarget.Should().BeNull();
        File.ReadAllBytes(path).Should().Equal(HubFixture.Bytes(10));
        (await client.DownloadFileAsync("gpt2", "config.json")).Should().Be(path);
        _hub.Server.Log.Count(line => line.StartsWith("GET", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_snapshot_contains_the_selected_files_and_records_its_commit_at_the_end()
    {
        _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)), ("a/b.txt", HubFixture.Bytes(3)), ("no.bin", [1]));
        using var client = new HubClient(_hub.Options);

        var folder = await client.DownloadSnapshotAsync("gpt2", file => file != "no.bin");

        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order()
            .Should().Equal(Path.Combine("a", "b.txt"), "config.json");
        client.FindCachedFile("gpt2", "config.json").Should().Be(Path.Combine(folder, "config.json"));
        client.FindCachedFile("gpt2", "no.bin").Should().BeNull();
        _hub.Server.Log.Where(line => line.Contains("/api/", StringComparison.Ordinal))
            .Should().Equal("GET /api/models/gpt2/revision/main");
    }

    [Fact]
    public async Task A_failed_snapshot_leaves_the_branch_at_the_earlier_commit()
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)), ("model.bin", HubFixture.Bytes(30)));
        using var client = new HubClient(_hub.Options);
        var folder = await client.DownloadSnapshotAsync("gpt2");
        repository.Commit = new string('b', 40);
        repository.Files["model.bin"] = HubFixture.Bytes(30, seed: 1);
        _hub.Server.Change = (request, response) => request.Path.EndsWith("model.bin", StringComparison.Ordinal) && request.Method == "GET"
            ? new ServerResponse(403) : response;

        await client.Invoking(it => it.DownloadSnapshotAsync("gpt2")).Should().ThrowAsync<HubException>();

        _hub.Options = _hub.Options with { Offline = true };
        using var offline = new HubClient(_hub.Options);
        (await offline.DownloadSnapshotAsync("gpt2")).Should().Be(folder);
    }

    [Fact]
    public async Task Offline_the_cache_is_used_and_no_request_is_sent()
    {
        _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        var path = await _hub.Download("gpt2", "config.json");
        _hub.Server.Requests.Clear();
        _hub.Options = _hub.Options with { Offline = true };

        (await _hub.Download("gpt2", "config.json")).Should().Be(path);
        var error = (await _hub.Awaiting(hub => hub.Download("gpt2", "vocab.json")).Should().ThrowAsync<HubException>()).Which;

        error.Reason.Should().Be(HubError.Offline);
        error.Message.Should().ContainAll("vocab.json", "gpt2", "main", _hub.CacheFolder, "HF_HUB_OFFLINE");
        _hub.Server.Requests.Should().BeEmpty();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task An_incomplete_snapshot_of_Python_is_refused_if_the_hub_is_not_used(bool isOffline)
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)), ("vocab.json", HubFixture.Bytes(9)));
        var path = await _hub.Download("gpt2", "config.json");
        var folder = Path.Combine(_hub.CacheFolder, "models--gpt2", "trees");
        Directory.CreateDirectory(folder);
        // Python's snapshot_download stores the list of files and the branch before it downloads the files.
        File.WriteAllText(Path.Combine(folder, $"{repository.Commit}.json"),
            """{"format_version": 1, "files": {"config.json": {"size": 10}, "vocab.json": {"size": 9}, "a/b.txt": {"size": 3}}}""");
        _hub.Server.Change = (_, _) => new ServerResponse(503);
        using var client = new HubClient(_hub.Options with { Offline = isOffline });

        var error = (await client.Awaiting(it => it.DownloadSnapshotAsync("gpt2")).Should().ThrowAsync<HubException>()).Which;

        error.Reason.Should().Be(HubError.Offline);
        error.Message.Should().ContainAll("vocab.json", "1 other file", _hub.CacheFolder);
        (await client.DownloadSnapshotAsync("gpt2", file => file.EndsWith("config.json", StringComparison.Ordinal)))
            .Should().Be(Path.GetDirectoryName(path));
    }

    [Theory, InlineData(200), InlineData(255)]
    public async Task Long_file_names_are_stored_like_others(int length)
    {
        var name = new string('a', length);
        _hub.Server.Add("gpt2", (name, HubFixture.Bytes(10)));

        var path = await _hub.Download("gpt2", name);

        File.ReadAllBytes(path).Should().Equal(HubFixture.Bytes(10));
        Path.GetFileName(path).Should().Be(name);
    }

    [SkippableFact]
    public async Task Links_in_the_cache_do_not_lead_a_download_outside_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "Creating links requires a permission on Windows.");
        var repository = _hub.Server.Add("gpt2", ("sub/config.json", HubFixture.Bytes(10)), ("model.bin", HubFixture.Bytes(20)));
        repository.LargeFiles.Add("model.bin");
        using var outside = new TemporaryFolder();
        File.WriteAllText(outside.File("victim"), "text");
        var folder = Path.Combine(_hub.CacheFolder, "models--gpt2");
        var snapshot = Directory.CreateDirectory(Path.Combine(folder, "snapshots", repository.Commit)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "blobs"));
        Directory.CreateSymbolicLink(Path.Combine(snapshot, "sub"), outside.Path);
        File.CreateSymbolicLink(Path.Combine(folder, "blobs", $"{repository.ETag("model.bin")}.incomplete"), outside.File("victim"));
        var cycle = Path.Combine(snapshot, "model.bin");
        File.CreateSymbolicLink(cycle, cycle);

        var error = (await _hub.Awaiting(hub => hub.Download("gpt2", "sub/config.json")).Should().ThrowAsync<HubException>()).Which;
        using (var client = new HubClient(_hub.Options)) client.FindCachedFile("gpt2", "model.bin", repository.Commit).Should().BeNull();
        var path = await _hub.Download("gpt2", "model.bin");

        error.Reason.Should().Be(HubError.Storage);
        error.Message.Should().ContainAll(Path.Combine(snapshot, "sub"), outside.Path);
        File.ReadAllBytes(path).Should().Equal(HubFixture.Bytes(20));
        Directory.GetFileSystemEntries(outside.Path).Should().Equal(outside.File("victim"));
        File.ReadAllText(outside.File("victim")).Should().Be("text");
    }

    [Fact]
    public async Task A_cached_file_is_used_with_a_warning_if_the_hub_fails()
    {
        _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        var path = await _hub.Download("gpt2", "config.json");
        _hub.Server.Requests.Clear();
        _hub.Server.Change = (_, _) => new ServerResponse(503);
        var log = new LogLines();
        _hub.Options = _hub.Options with { Logger = log };

        (await _hub.Download("gpt2", "config.json")).Should().Be(path);

        _hub.Server.Requests.Should().HaveCount(1, "a cached file is returned without repetitions");
        log.Lines.Should().ContainSingle().Which.Should().ContainAll("503", path);
    }

    [Fact]
    public async Task A_cached_file_of_the_wrong_length_is_downloaded_again()
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));
        var path = await _hub.Download("gpt2", "config.json");
        File.WriteAllBytes(Path.Combine(_hub.CacheFolder, "models--gpt2/blobs", repository.ETag("config.json")), [1, 2]);

        File.ReadAllBytes(await _hub.Download("gpt2", "config.json")).Should().Equal(HubFixture.Bytes(10));
        File.Delete(Path.Combine(_hub.CacheFolder, "models--gpt2/blobs", repository.ETag("config.json")));
        File.ReadAllBytes(await _hub.Download("gpt2", "config.json")).Should().Equal(HubFixture.Bytes(10));
    }

    [Fact]
    public async Task Downloads_of_the_same_file_at_once_transfer_it_once()
    {
        var content = HubFixture.Bytes(200_000);
        _hub.Server.Add("gpt2", ("model.safetensors", content)).LargeFiles.Add("model.safetensors");

        var paths = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _hub.Download("gpt2", "model.safetensors"))));

        paths.Distinct().Should().ContainSingle();
        File.ReadAllBytes(paths[0]).Should().Equal(content);
        _hub.Server.SentBytes.Should().Be(content.Length);
    }

    [Fact]
    public async Task Missing_files_are_recorded_as_huggingface_hub_records_them()
    {
        var repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(10)));

        await _hub.Awaiting(hub => hub.Download("gpt2", "other.json")).Should().ThrowAsync<HubException>();

        File.Exists(Path.Combine(_hub.CacheFolder, "models--gpt2/.no_exist", repository.Commit, "other.json")).Should().BeTrue();
    }

    [Fact]
    public async Task Progress_is_reported_up_to_the_length_of_the_file()
    {
        var reports = new Reports();
        _hub.Server.Add("gpt2", ("model.safetensors", HubFixture.Bytes(3_000_000)));
        _hub.Options = _hub.Options with { Progress = reports };

        await _hub.Download("gpt2", "model.safetensors");

        reports.Values[0].Should().Be(new HubProgress("model.safetensors", 0, 3_000_000));
        reports.Values[^1].Should().Be(new HubProgress("model.safetensors", 3_000_000, 3_000_000));
        reports.Values.Select(report => report.DownloadedBytes).Should().BeInAscendingOrder().And.HaveCountGreaterThan(2);
    }

    private sealed class Reports : IProgress<HubProgress>
    {
        internal List<HubProgress> Values { get; } = [];

        public void Report(HubProgress value) => Values.Add(value);
    }
}
