using System.Collections.Concurrent;
using System.Diagnostics;
using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>Creating repositories and uploading files.</summary>
public sealed class HubUploadTests : IDisposable
{
    private const string Name = "me/model";
    private readonly UploadServer _server = new();
    private readonly TemporaryFolder _folder = new();
    private readonly HubClient _client;

    public HubUploadTests() => _client = new HubClient(Options());

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_folder_is_uploaded_in_one_commit()
    {
        var weights = HubFixture.Bytes(5000);
        Write(("config.json", "{}"u8.ToArray()), ("sub/ä b.txt", "text"u8.ToArray()), ("model.safetensors", weights),
            ("empty.safetensors", []), (".git/HEAD", [1]), (".cache/huggingface/x", [1]),
            ("config.json.0123abcd-0123456789abcdef0123456789abcdef.tmp", [1]),
            ("x.ignored", [1]));
        await _client.CreateRepositoryAsync(Name);

        var commit = await _client.UploadFolderAsync(Name, _folder.Path);

        var repository = _server.Repositories[Name];
        repository.Files.Keys.Should().BeEquivalentTo("config.json", "sub/ä b.txt", "model.safetensors", "empty.safetensors");
        repository.Files["model.safetensors"].Should().Equal(weights);
        repository.Text("sub/ä b.txt").Should().Be("text");
        repository.Titles.Should().Equal("Upload folder using PeftSharp");
        commit.Commit.Should().Be(repository.Commit);
        commit.Files.Should().BeEquivalentTo(repository.Files.Keys);
        commit.Url.Should().Be(new Uri($"{_server.Address}{Name}/commit/{repository.Commit}"));
        _server.StorageTokens.Should().BeEmpty("the token is for the endpoint only");
        _server.Log.Should().Contain(line => line.StartsWith("POST /verify/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_not_changed_is_not_uploaded_again()
    {
        Write(("a.json", "{}"u8.ToArray()), ("model.safetensors", HubFixture.Bytes(5000)));
        await _client.CreateRepositoryAsync(Name);
        var first = await _client.UploadFolderAsync(Name, _folder.Path);
        _server.Log.Clear();

        var same = await _client.UploadFolderAsync(Name, _folder.Path);
        (same.Commit, same.Files.Count).Should().Be((first.Commit, 0));
        _server.Log.Should().NotContain(line => line.Contains("/commit/") || line.Contains("/storage/"));

        Write(("a.json", "{\"b\": 1}"u8.ToArray()));
        (await _client.UploadFolderAsync(Name, _folder.Path)).Files.Should().Equal("a.json");
        _server.Log.Should().NotContain(line => line.Contains("/storage/"));
    }

    [Fact]
    public async Task Large_files_are_uploaded_in_the_parts_that_the_server_asks_for()
    {
        _server.PartBytes = 1500;
        var weights = HubFixture.Bytes(5000);
        Write(("model.safetensors", weights));
        var reports = new ConcurrentQueue<HubUploadProgress>();
        await _client.CreateRepositoryAsync(Name);

        await _client.UploadFileAsync(Name, _folder.File("model.safetensors"), "weights/model.safetensors",
            new HubUploadOptions { Progress = new Immediate(reports.Enqueue), CommitMessage = "Weights" });

        _server.Repositories[Name].Files["weights/model.safetensors"].Should().Equal(weights);
        _server.Repositories[Name].Titles.Should().Equal("Weights");
        _server.Log.Count(line => line.StartsWith("PUT /storage/", StringComparison.Ordinal)).Should().Be(4);
        reports.Select(report => report.UploadedBytes).Should().Equal(1500, 3000, 4500, 5000);
        reports.Last().Should().Be(new HubUploadProgress("weights/model.safetensors", 5000, 5000));
        reports.Last().Fraction.Should().Be(1);
    }

    [Theory]
    [InlineData("PUT /storage/")]
    [InlineData("POST /api/models/me/model/preupload")]
    [InlineData("POST /me/model.git/info/lfs")]
    [InlineData("POST /verify/")]
    public async Task A_request_that_fails_is_repeated(string which)
    {
        Write(("model.safetensors", HubFixture.Bytes(5000)));
        await _client.CreateRepositoryAsync(Name);
        foreach (var failure in new[] { 500, 503, -1 })
        {
            var failed = false;
            _server.Objects.Clear();
            _server.Repositories[Name].Files.Clear();
            _server.Fail = line => !failed && line.StartsWith(which, StringComparison.Ordinal) && (failed = true) ? failure : null;
            await _client.UploadFolderAsync(Name, _folder.Path);
            failed.Should().BeTrue();
            _server.Repositories[Name].Files.Should().ContainKey("model.safetensors");
        }
    }

    [Fact]
    public async Task A_commit_is_repeated_only_if_the_server_has_not_executed_it()
    {
        Write(("a.json", "{}"u8.ToArray()));
        await _client.CreateRepositoryAsync(Name);
        var count = 0;
        _server.Fail = line => line.Contains("/commit/main") && count++ == 0 ? 503 : null;
        await _client.UploadFolderAsync(Name, _folder.Path);
        count.Should().Be(2);

        Write(("a.json", "{\"b\": 2}"u8.ToArray()));
        foreach (var failure in new[] { 500, -1 })
        {
            count = 0;
            _server.Fail = line => line.Contains("/commit/main") ? failure + 0 * count++ : null;
            (await Fails(failure == 500 ? HubError.Server : HubError.Connection)).Should().Contain("not known whether the commit exists");
            count.Should().Be(1);
        }
    }

    [Fact]
    public async Task If_an_upload_fails_nothing_is_committed_and_the_next_attempt_continues()
    {
        Write(("a.safetensors", HubFixture.Bytes(3000)), ("b.safetensors", HubFixture.Bytes(3000, seed: 1)));
        await _client.CreateRepositoryAsync(Name);
        var second = UploadRepository.Hash(HubFixture.Bytes(3000, seed: 1), isLarge: true);
        _server.Fail = line => line == $"PUT /storage/{second}" ? 403 : null;

        await Fails(HubError.Rejected);

        _server.Repositories[Name].Files.Should().BeEmpty();
        _server.Fail = null;
        while (_server.Log.TryDequeue(out _)) { }
        await _client.UploadFolderAsync(Name, _folder.Path);
        _server.Log.Count(line => line.StartsWith("PUT", StringComparison.Ordinal)).Should().BeInRange(1, 2);
        _server.Repositories[Name].Files.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_parent_of_the_commit_can_be_required()
    {
        Write(("a.json", "{}"u8.ToArray()));
        await _client.CreateRepositoryAsync(Name);
        var options = new HubUploadOptions { ParentCommit = new string('1', 40) };
        (await Fails(HubError.Conflict, options)).Should().Contain("Nothing was committed");
        await _client.UploadFolderAsync(Name, _folder.Path, options with { ParentCommit = new string('0', 40) });
        await Assert.ThrowsAsync<ArgumentException>(
            () => _client.UploadFolderAsync(Name, _folder.Path, options with { ParentCommit = "main" }));
    }

    [Fact]
    public async Task A_pull_request_is_created_on_request()
    {
        Write(("a.json", "{}"u8.ToArray()));
        await _client.CreateRepositoryAsync(Name);
        var commit = await _client.UploadFolderAsync(Name, _folder.Path, new HubUploadOptions { CreatePullRequest = true });
        commit.PullRequest.Should().Be(new Uri($"{_server.Address}{Name}/discussions/1"));
        _server.Log.Should().Contain(line => line.EndsWith("/commit/main?create_pr=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_repository_is_created_once_and_its_full_name_is_returned()
    {
        (await _client.CreateRepositoryAsync("model", isPrivate: true)).Should().Be(Name);
        _server.Repositories[Name].IsPrivate.Should().BeTrue();
        (await _client.CreateRepositoryAsync("model")).Should().Be(Name);
        (await _client.CreateRepositoryAsync(Name)).Should().Be(Name);
        (await _client.CreateRepositoryAsync("data", repositoryType: HubRepositoryType.Dataset)).Should().Be("me/data");
        _server.Repositories.Keys.Should().BeEquivalentTo(Name, "datasets/me/data");
        var error = await Assert.ThrowsAsync<HubException>(() => _client.CreateRepositoryAsync(Name, allowExisting: false));
        error.Reason.Should().Be(HubError.Conflict);
        error = await Assert.ThrowsAsync<HubException>(() => _client.CreateRepositoryAsync("other/model"));
        (error.Reason, error.Message.Contains("namespace", StringComparison.Ordinal)).Should().Be((HubError.Forbidden, true));
    }

    [Fact]
    public async Task A_missing_or_wrong_token_is_an_error_that_says_how_to_get_one()
    {
        Write(("a.json", "{}"u8.ToArray()));
        _server.Repositories[Name] = new UploadRepository();
        (await Fails(HubError.InvalidToken, hub: Options() with { Token = "" }))
            .Should().ContainAll("need a token", "settings/tokens", "HF_TOKEN");
        (await Fails(HubError.Forbidden, hub: Options() with { Token = "read" }))
            .Should().ContainAll("has no permission to write", "write permission");
        (await Fails(HubError.Offline, hub: Options() with { Offline = true })).Should().Contain("HF_HUB_OFFLINE");
        _server.Repositories.Clear();
        (await Fails(HubError.RepositoryNotFound)).Should().Contain("CreateRepositoryAsync");
    }

    [Fact]
    public async Task A_card_with_invalid_metadata_is_refused_before_anything_is_uploaded()
    {
        Write(("README.md", "---\nlicense: [\n---\n"u8.ToArray()), ("model.safetensors", HubFixture.Bytes(5000)));
        await _client.CreateRepositoryAsync(Name);
        (await Fails(HubError.Rejected)).Should().ContainAll("README.md", "\"license\" must be a string");
        _server.Log.Should().NotContain(line => line.StartsWith("PUT", StringComparison.Ordinal));
        _server.Fail = line => line.Contains("validate-yaml") ? 404 : null;
        await _client.UploadFolderAsync(Name, _folder.Path);
    }

    [Fact]
    public async Task Wrong_arguments_are_errors()
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => _client.UploadFolderAsync(Name, _folder.File("missing")));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.UploadFolderAsync(Name, _folder.Path));
        Write(("a.json", [1]));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.UploadFolderAsync(Name, _folder.Path, new() { Filter = _ => false }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => _client.UploadFolderAsync(Name, _folder.Path, new() { PathInRepository = "../x" }));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.UploadFolderAsync("a/b/c", _folder.Path));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.UploadFolderAsync(Name, _folder.Path, new() { CommitMessage = " " }));
        await Assert.ThrowsAsync<FileNotFoundException>(() => _client.UploadFileAsync(Name, _folder.File("missing")));
        _server.Log.Should().BeEmpty();
    }

    [Fact]
    public async Task An_upload_can_be_cancelled()
    {
        Write(("model.safetensors", HubFixture.Bytes(5000)));
        await _client.CreateRepositoryAsync(Name);
        using var cancel = new CancellationTokenSource();
        var options = new HubUploadOptions { Progress = new Immediate(_ => cancel.Cancel()) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.UploadFolderAsync(Name, _folder.Path, options, cancel.Token));
        _server.Repositories[Name].Files.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_changes_during_the_upload_is_not_committed()
    {
        Write(("model.safetensors", HubFixture.Bytes(5000)));
        await _client.CreateRepositoryAsync(Name);
        var options = new HubUploadOptions
        {
            Progress = new Immediate(_ => File.AppendAllText(_folder.File("model.safetensors"), "more")),
        };
        (await Fails(HubError.Storage, options)).Should().Contain("was changed during the upload");
        _server.Repositories[Name].Files.Should().BeEmpty();
    }

    /// <summary>Set PEFTSHARP_PYTHON to a Python with huggingface_hub.</summary>
    [SkippableFact]
    public async Task Python_downloads_what_was_uploaded_and_what_Python_uploads_is_the_same()
    {
        var python = Environment.GetEnvironmentVariable("PEFTSHARP_PYTHON");
        Skip.If(python is null, "PEFTSHARP_PYTHON is not set.");
        Write(("config.json", "{}"u8.ToArray()), ("sub/ä b.txt", "text"u8.ToArray()), ("model.safetensors", HubFixture.Bytes(50_000)));
        await _client.CreateRepositoryAsync(Name);
        await _client.UploadFolderAsync(Name, _folder.Path);
        var start = new ProcessStartInfo(python!) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($$"""
            import os
            os.environ["HF_HUB_OFFLINE"] = "0"
            from huggingface_hub import HfApi, snapshot_download
            import huggingface_hub._commit_api as c
            c.is_xet_available = lambda: False
            import huggingface_hub.hf_api as h
            h.is_xet_available = lambda: False
            folder = snapshot_download("{{Name}}", cache_dir=r"{{_folder.File("../" + Path.GetFileName(_folder.Path) + "-cache")}}")
            api = HfApi()
            api.create_repo("me/python")
            api.upload_folder(repo_id="me/python", folder_path=folder)
            """);
        foreach (var (key, value) in new[]
        {
            ("HF_ENDPOINT", _server.Address.ToString().TrimEnd('/')), ("HF_TOKEN", UploadServer.Token), ("HF_HUB_OFFLINE", "0"),
            ("HF_HUB_DISABLE_XET", "1"),
        })
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, errors);
        _server.Repositories["me/python"].Files.Should().BeEquivalentTo(_server.Repositories[Name].Files);
    }

    private HubOptions Options() => new()
    {
        Endpoint = _server.Address, Token = UploadServer.Token, Offline = false, RetryDelay = TimeSpan.Zero, MaxRetries = 3,
        Timeout = TimeSpan.FromSeconds(30), CacheFolder = _folder.File("../hub-cache-" + Path.GetFileName(_folder.Path)),
    };

    private async Task<string> Fails(HubError reason, HubUploadOptions? options = null, HubOptions? hub = null)
    {
        using var client = new HubClient(hub ?? Options());
        var error = await Assert.ThrowsAsync<HubException>(() => client.UploadFolderAsync(Name, _folder.Path, options));
        error.Reason.Should().Be(reason, error.Message);
        error.Repository.Should().Be(Name);
        return error.Message;
    }

    private void Write(params (string Name, byte[] Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            var path = _folder.File(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private sealed class Immediate(Action<HubUploadProgress> report) : IProgress<HubUploadProgress>
    {
        public void Report(HubUploadProgress value) => report(value);
    }
}
