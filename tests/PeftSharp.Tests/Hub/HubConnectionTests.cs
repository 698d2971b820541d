using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>Token, redirects, errors and repetitions.</summary>
public sealed class HubConnectionTests : IDisposable
{
    private readonly HubFixture _hub = new();
    private readonly ServerRepository _repository;

    public HubConnectionTests() => _repository = _hub.Server.Add("gpt2", ("config.json", HubFixture.Bytes(100)));

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task The_token_is_sent_to_the_host_of_the_endpoint_only()
    {
        _repository.LargeFiles.Add("config.json");
        _hub.Options = _hub.Options with { Token = "hf_secret" };

        await Download();

        _hub.Server.Requests.Select(it => (it.Method, it.Host.Split(':')[0], it.Header("Authorization"))).Should().Equal(
            ("HEAD", "127.0.0.1", "Bearer hf_secret"),
            ("GET", "127.0.0.1", "Bearer hf_secret"),
            ("GET", "localhost", null));
    }

    [Fact]
    public async Task Without_a_token_no_authorization_is_sent_and_content_is_requested_uncompressed()
    {
        await Download();

        _hub.Server.Requests.Should().OnlyContain(request => request.Header("Authorization") == null
            && request.Header("Accept-Encoding") == "identity" && request.Header("User-Agent")!.StartsWith("PeftSharp/"));
    }

    [Fact]
    public async Task Relative_redirects_of_renamed_repositories_are_followed()
    {
        _hub.Server.Change = (request, response) => request.Path.StartsWith("/old/", StringComparison.Ordinal)
            ? new ServerResponse(307, ("Location", request.Path.Replace("/old/name", "/gpt2", StringComparison.Ordinal))) : response;

        File.ReadAllBytes(await _hub.Download("old/name", "config.json")).Should().Equal(_repository.Files["config.json"]);
    }

    [Theory, InlineData("ftp://127.0.0.1/x"), InlineData("file:///etc/passwd")]
    public async Task Redirects_to_another_scheme_are_refused(string target)
    {
        _hub.Server.Change = (request, response) => request.Method == "GET" ? new ServerResponse(302, ("Location", target)) : response;

        await Fails(HubError.Server, "redirects");
    }

    [Fact]
    public async Task Endless_redirects_are_an_error()
    {
        _hub.Server.Change = (request, response) => new ServerResponse(302, ("Location", request.Path));

        await Fails(HubError.Server, "redirects");
    }

    [Theory]
    [InlineData(401, "RepoNotFound", "Repository not found", HubError.RepositoryNotFound, "private|HF_TOKEN|No token was sent")]
    [InlineData(404, "RepoNotFound", "", HubError.RepositoryNotFound, "private|HF_TOKEN")]
    [InlineData(401, "", "Invalid credentials in Authorization header", HubError.InvalidToken, "HF_TOKEN|valid")]
    [InlineData(401, "GatedRepo", "", HubError.GatedRepository, "accept|/gpt2|HF_TOKEN")]
    [InlineData(403, "GatedRepo", "", HubError.GatedRepository, "accept|/gpt2|HF_TOKEN")]
    [InlineData(403, "", "Forbidden", HubError.Forbidden, "Forbidden|permissions")]
    [InlineData(404, "RevisionNotFound", "", HubError.RevisionNotFound, "branches|tags")]
    [InlineData(404, "EntryNotFound", "", HubError.FileNotFound, "/gpt2/tree/main")]
    [InlineData(400, "", "Bad", HubError.Server, "400|HF_ENDPOINT")]
    [InlineData(407, "", "", HubError.Connection, "HTTPS_PROXY|USER:PASSWORD|NO_PROXY")]
    public async Task Errors_of_the_hub_name_the_remedy(int status, string code, string message, HubError reason, string words)
    {
        _hub.Server.Change = (_, _) => new ServerResponse(status, ("X-Error-Code", code), ("X-Error-Message", message));

        var error = await Fails(reason, words.Split('|'));

        (error.Repository, error.Revision, error.FileName).Should().Be(("gpt2", "main", "config.json"));
        _hub.Server.Requests.Should().HaveCount(1, "the error is final");
    }

    [Theory, InlineData(408), InlineData(429), InlineData(500), InlineData(502), InlineData(503), InlineData(504)]
    public async Task Temporary_errors_are_repeated(int status)
    {
        var failures = 0;
        _hub.Server.Change = (_, response) => failures++ < 3 ? new ServerResponse(status) : response;

        File.Exists(await Download()).Should().BeTrue();
    }

    [Theory, InlineData(429, HubError.RateLimited), InlineData(503, HubError.Server)]
    public async Task Lasting_errors_are_reported_after_the_repetitions(int status, HubError reason)
    {
        _hub.Server.Change = (_, _) => new ServerResponse(status);
        _hub.Options = _hub.Options with { MaxRetries = 2 };

        await Fails(reason, $"{status}");

        _hub.Server.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task The_delay_that_the_server_requests_is_kept()
    {
        var failures = 0;
        _hub.Server.Change = (_, response) => failures++ < 1 ? new ServerResponse(429, ("Retry-After", "1")) : response;
        var clock = Stopwatch.StartNew();

        await Download();

        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(0.99));
    }

    [Theory, InlineData("Retry-After", "7200"), InlineData("RateLimit", "\"resolvers\";r=0;t=7200")]
    public async Task A_delay_of_hours_is_an_error_at_once(string header, string value)
    {
        _hub.Server.Change = (_, _) => new ServerResponse(429, (header, value));

        await Fails(HubError.RateLimited, "7200", "HF_TOKEN");
        _hub.Server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_connection_error()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        _hub.Options = _hub.Options with { Endpoint = address, MaxRetries = 1 };

        await Fails(HubError.Connection, "127.0.0.1", "proxy", "folder");
    }

    [Theory]
    [InlineData("X-Repo-Commit", "")]
    [InlineData("X-Repo-Commit", "../../etc")]
    [InlineData("ETag", "")]
    [InlineData("ETag", "\"../../x\"")]
    public async Task Responses_without_a_usable_commit_or_etag_are_refused(string header, string value)
    {
        _hub.Server.Change = (_, response) => response with
        {
            Headers = [.. response.Headers.Where(pair => pair.Name != header), (header, value)],
        };

        await Fails(HubError.Server, header, "HF_ENDPOINT");
        Directory.Exists(_hub.CacheFolder).Should().BeFalse();
    }

    [Theory, InlineData("<html>"), InlineData("{}"), InlineData("{\"sha\": \"x\", \"siblings\": []}")]
    [InlineData("{\"sha\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"siblings\": [{\"rfilename\": null}]}")]
    public async Task A_response_that_is_not_that_of_the_hub_is_refused(string text)
    {
        _hub.Server.Change = (_, _) => new ServerResponse(200) { Body = System.Text.Encoding.UTF8.GetBytes(text) };
        using var client = new HubClient(_hub.Options);

        (await client.Awaiting(it => it.GetRepositoryAsync("gpt2")).Should().ThrowAsync<HubException>()).Which.Reason
            .Should().Be(HubError.Server);
    }

    [Fact]
    public async Task Unsafe_file_names_of_the_hub_are_refused_before_anything_is_downloaded()
    {
        _repository.Files["../../evil"] = [1];
        using var client = new HubClient(_hub.Options);

        (await client.Awaiting(it => it.DownloadSnapshotAsync("gpt2")).Should().ThrowAsync<HubException>()).Which.Message
            .Should().ContainAll("../../evil", "not allowed");
        Directory.Exists(_hub.CacheFolder).Should().BeFalse();
    }

    [Fact]
    public async Task A_mirror_that_only_redirects_is_followed_to_the_host_with_the_metadata()
    {
        _hub.Options = _hub.Options with { Token = "hf_secret" };
        _hub.Server.Change = (request, response) => request.Host.StartsWith("localhost", StringComparison.Ordinal) ? response
            : new ServerResponse(308, ("Location", _hub.Server.Storage + request.Path));

        File.ReadAllBytes(await Download()).Should().Equal(_repository.Files["config.json"]);
        _hub.Server.Requests.Where(request => request.Host.StartsWith("localhost", StringComparison.Ordinal))
            .Should().NotBeEmpty().And.OnlyContain(request => request.Header("Authorization") == null);
    }

    [Fact]
    public async Task A_file_of_another_commit_than_the_requested_one_is_refused()
    {
        _hub.Server.Change = (request, response) => request.Path.StartsWith("/api", StringComparison.Ordinal) ? response : response with
        {
            Headers = [.. response.Headers.Where(pair => pair.Name != "X-Repo-Commit"), ("X-Repo-Commit", new string('b', 40))],
        };
        using var client = new HubClient(_hub.Options);

        (await client.Awaiting(it => it.DownloadSnapshotAsync("gpt2")).Should().ThrowAsync<HubException>()).Which.Message
            .Should().ContainAll("X-Repo-Commit", new string('b', 40));
    }

    [Theory, InlineData("-1"), InlineData("99999999999999999999"), InlineData("1.5")]
    public async Task A_size_that_is_no_length_is_refused(string size)
    {
        _hub.Server.Change = (_, response) => response with { Headers = [.. response.Headers, ("X-Linked-Size", size)] };

        await Fails(HubError.Server, "X-Linked-Size", size);
    }

    [Fact]
    public async Task A_description_that_is_too_long_is_refused_whether_or_not_its_length_is_announced()
    {
        using var client = new HubClient(new HubSettings(_hub.Options) { MaxResponseBytes = 1 << 20 });
        foreach (var length in new long?[] { 1L << 40, null, -1 })
        {
            _hub.Server.Change = (_, response) => response with { Body = new byte[(1 << 20) + 1], DeclaredLength = length };
            var error = (await client.Awaiting(it => it.GetRepositoryAsync("gpt2")).Should().ThrowAsync<HubException>()).Which;
            (error.Reason, error.Message).Should().Match<(HubError Reason, string Message)>(
                it => it.Reason == HubError.Server && it.Message.Contains("more than 1 MB", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_description_may_arrive_slowly_but_not_without_end()
    {
        using var server = new SlowServer(_repository.Commit, pieces: 10, pause: TimeSpan.FromMilliseconds(100));
        var options = _hub.Options with { Endpoint = server.Address, Timeout = TimeSpan.FromMilliseconds(800) };
        using (var client = new HubClient(options))
            (await client.GetRepositoryAsync("gpt2")).Commit.Should().Be(_repository.Commit);

        using var limited = new HubClient(new HubSettings(options) { ResponseLimit = TimeSpan.FromMilliseconds(300) });
        (await limited.Awaiting(it => it.GetRepositoryAsync("gpt2")).Should().ThrowAsync<HubException>()).Which.Reason
            .Should().Be(HubError.Connection);
    }

    [Fact]
    public async Task Each_repetition_is_logged_with_its_reason_and_delay()
    {
        var (failures, log) = (0, new LogLines());
        _hub.Options = _hub.Options with { Logger = log };
        _hub.Server.Change = (_, response) =>
            failures++ < 1 ? new ServerResponse(503, ("X-Error-Message", "\u001b[31mdown"), ("Retry-After", "0")) : response;

        await Download();

        log.Lines.Should().Equal("127.0.0.1 reported status 503, \\u001B[31mdown. Retry 1 of 5 in 0 seconds.");
    }

    [Fact]
    public async Task Errors_of_the_host_of_large_files_name_this_host()
    {
        _repository.LargeFiles.Add("config.json");
        _hub.Options = _hub.Options with { MaxRetries = 0, Timeout = TimeSpan.FromSeconds(2) };
        foreach (var (change, reason, says) in new (Func<ServerResponse, ServerResponse>, HubError, string)[]
        {
            (_ => new ServerResponse(503), HubError.Server, "localhost reported status 503"),
            (response => response with { CutAfter = 0 }, HubError.Connection, "the connection to localhost failed"),
            (response => response with { StallAfter = 0 }, HubError.Connection, "localhost sent nothing for 2 seconds"),
        })
        {
            _hub.Server.Change = (request, response) =>
                request.Host.StartsWith("localhost", StringComparison.Ordinal) ? change(response) : response;
            await Fails(reason, says);
        }
    }

    private Task<string> Download() => _hub.Download("gpt2", "config.json");

    private async Task<HubException> Fails(HubError reason, params string[] words)
    {
        var error = (await this.Awaiting(it => it.Download()).Should().ThrowAsync<HubException>()).Which;
        error.Message.Should().ContainAll(["config.json", "gpt2", "main", .. words]);
        error.Reason.Should().Be(reason);
        return error;
    }
}
