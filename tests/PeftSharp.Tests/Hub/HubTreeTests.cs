using System.Text;
using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

/// <summary>The list of files of a dataset repository, which the Hub sends in pages.</summary>
public sealed class HubTreeTests : IDisposable
{
    private readonly HubFixture _hub = new();

    public HubTreeTests() => _hub.Server.AddDataset("data", ("a.csv", "x\n1\n"), ("b/c.csv", "x\n1\n"), ("d.csv", "x\n1\n"));

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_list_of_several_pages_is_complete()
    {
        _hub.Server.PageSize = 1;
        using var dataset = await HubDataset.OpenAsync("data", revision: null, _hub.Options, default);
        dataset.Files.Should().Equal("a.csv", "b/c.csv", "d.csv");
    }

    [Theory]
    [InlineData("[]"), InlineData("""[{"type": "file", "path": "a.csv", "size": 1, "oid": "0"}]""")]
    public async Task A_list_that_does_not_end_is_an_error(string page)
    {
        var number = 0;
        _hub.Server.Change = (request, response) => !request.Path.Contains("/tree/", StringComparison.Ordinal) ? response
            : new ServerResponse(200, ("Link", $"<{request.Path.Split("&cursor")[0]}&cursor={++number}>; rel=\"next\""))
            { Body = Encoding.UTF8.GetBytes(page) };

        (await Fails()).Should().ContainAll("list of files", "does not end");
        _hub.Server.Requests.Should().HaveCountLessThan(5);
    }

    [Theory, InlineData("http://[x"), InlineData("file:///etc/passwd"), InlineData("http://other.example/tree")]
    public async Task The_address_of_the_next_page_must_be_one_of_the_endpoint(string next)
    {
        _hub.Server.Change = (request, response) => !request.Path.Contains("/tree/", StringComparison.Ordinal) ? response
            : response with { Headers = [.. response.Headers, ("Link", $"<{next}>; rel=\"next\"")] };

        (await Fails()).Should().ContainAll("next page", next);
    }

    private async Task<string> Fails()
    {
        var error = (await FluentActions.Awaiting(() => HubDataset.OpenAsync("data", revision: null, _hub.Options, default))
            .Should().ThrowAsync<HubException>()).Which;
        error.Reason.Should().Be(HubError.Server);
        return error.Message;
    }
}
