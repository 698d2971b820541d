using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

public sealed class HubSettingsTests
{
    private static readonly string _user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [Theory]
    [InlineData("", "~/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x", "/x/huggingface/hub")]
    [InlineData("HF_HOME=/h XDG_CACHE_HOME=/x", "/h/hub")]
    [InlineData("HF_HOME=~/h", "~/h/hub")]
    [InlineData("HF_HOME=$ROOT/h ROOT=/r", "/r/h/hub")]
    [InlineData("HF_HOME=${ROOT}/h ROOT=/r", "/r/h/hub")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/old HF_HOME=/h", "/old")]
    [InlineData("HF_HUB_CACHE=/c HUGGINGFACE_HUB_CACHE=/old HF_HOME=/h", "/c")]
    public void The_cache_is_where_huggingface_hub_has_it(string variables, string expected) =>
        Read(variables).CacheFolder.Should().Be(Path.GetFullPath(expected.Replace("~", _user, StringComparison.Ordinal)));

    [Fact]
    public void The_token_is_that_of_the_variable_then_of_the_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("token"), " hf_file\n");
        File.WriteAllText(folder.File("other"), "hf_other");

        Read($"HF_HOME={folder.Path}").Token.Should().Be("hf_file");
        Read($"HF_HOME={folder.Path} HF_TOKEN_PATH={folder.File("other")}").Token.Should().Be("hf_other");
        Read($"HF_HOME={folder.Path} HF_TOKEN=hf_variable").Token.Should().Be("hf_variable");
        Read($"HF_HOME={folder.Path} HF_HUB_DISABLE_IMPLICIT_TOKEN=1 HF_TOKEN=hf_variable").Token.Should().BeNull();
        Read($"HF_HOME={folder.Path}", new HubOptions { Token = "" }).Token.Should().BeNull();
        Read($"HF_HOME={folder.File("none")}").Token.Should().BeNull();
    }

    [Theory]
    [InlineData("HF_HUB_OFFLINE=1", true), InlineData("HF_HUB_OFFLINE=yes", true), InlineData("HF_HUB_OFFLINE=0", false)]
    [InlineData("TRANSFORMERS_OFFLINE=true", true), InlineData("", false)]
    [InlineData("HF_HUB_OFFLINE=0 TRANSFORMERS_OFFLINE=1", false), InlineData("HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=0", true)]
    public void Offline_is_read_from_the_environment(string variables, bool expected) => Read(variables).Offline.Should().Be(expected);

    [Fact]
    public void Options_have_precedence_over_the_environment()
    {
        var settings = Read("HF_HUB_OFFLINE=1 HF_ENDPOINT=http://a HF_HUB_CACHE=/c HF_TOKEN=x HF_HUB_ETAG_TIMEOUT=3", new HubOptions
        {
            Offline = false, Endpoint = new Uri("http://b/hub/"), CacheFolder = "/d", Token = "y", Timeout = TimeSpan.FromSeconds(1),
        });

        (settings.Offline, settings.Token, settings.CacheFolder, settings.ResponseTimeout).Should()
            .Be((false, "y", Path.GetFullPath("/d"), TimeSpan.FromSeconds(1)));
        settings.Address("gpt2/resolve/main/config.json").Should().Be(new Uri("http://b/hub/gpt2/resolve/main/config.json"));
    }

    [Fact]
    public void Endpoint_and_timeouts_are_read_from_the_environment()
    {
        Read("").Endpoint.Should().Be(new Uri("https://huggingface.co"));
        var settings = Read("HF_ENDPOINT=http://mirror:8080/ HF_HUB_ETAG_TIMEOUT=3 HF_HUB_DOWNLOAD_TIMEOUT=4");
        settings.Address("x").Should().Be(new Uri("http://mirror:8080/x"));
        (settings.ResponseTimeout, settings.DataTimeout).Should().Be((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4)));
        Read("HF_HUB_ETAG_TIMEOUT=0").ResponseTimeout.Should().Be(TimeSpan.FromSeconds(10), "0 is the default in Python, too");
    }

    [Theory]
    [InlineData("HF_ENDPOINT=mirror", "HF_ENDPOINT*mirror")]
    [InlineData("HF_ENDPOINT=file:///x", "HF_ENDPOINT*file:///x")]
    [InlineData("HF_HUB_ETAG_TIMEOUT=soon", "HF_HUB_ETAG_TIMEOUT*soon")]
    [InlineData("HF_HUB_ETAG_TIMEOUT=-5", "HF_HUB_ETAG_TIMEOUT*-5*from 0 to 2147483")]
    [InlineData("HF_HUB_DOWNLOAD_TIMEOUT=2147484", "HF_HUB_DOWNLOAD_TIMEOUT*2147484*from 0 to 2147483")]
    [InlineData("HF_TOKEN=a\u0001b", "token")]
    public void Invalid_variables_are_errors(string variables, string message) =>
        variables.Invoking(it => Read(it)).Should().Throw<ArgumentException>().WithMessage($"*{message}*");

    [Fact]
    public void Invalid_options_are_errors()
    {
        foreach (var options in new HubOptions[]
            { new() { MaxRetries = -1 }, new() { MaxParallelDownloads = 0 }, new() { Timeout = TimeSpan.Zero },
              new() { Timeout = TimeSpan.MaxValue },
              new() { RetryDelay = TimeSpan.FromSeconds(-1) } })
            options.Invoking(it => new HubClient(it)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("http://a:1", "http://a:1/x", true), InlineData("http://a:1", "http://a:2/x", false)]
    [InlineData("https://a", "http://a/x", false), InlineData("https://a", "https://b.a/x", false)]
    [InlineData("https://a/p", "https://A/x", true)]
    public void Only_scheme_host_and_port_of_the_endpoint_receive_the_token(string endpoint, string address, bool expected) =>
        Read("", new HubOptions { Endpoint = new Uri(endpoint) }).IsEndpoint(new Uri(address)).Should().Be(expected);

    [Fact]
    public void The_text_of_the_options_does_not_contain_the_token() =>
        new HubOptions { Token = "hf_secret" }.ToString().Should().NotContain("secret").And.Contain("Token = ***");

    private static HubSettings Read(string variables, HubOptions? options = null)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new HubSettings(options, values.GetValueOrDefault);
    }
}
