using PeftSharp.Hub;
using PeftSharp.Tests.Hub;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The answers of the Hub about the files of a repository.</summary>
internal sealed class HubResponseReader : FuzzReader
{
    private readonly Lazy<HubServer> _server = new(() =>
    {
        var server = new HubServer();
        server.Add("owner/name", ("config.json", "{\"model_type\": \"bert\"}"u8.ToArray()), ("sub/vocab.txt", [1, 2, 3]));
        return server;
    });

    internal override int ShortCount => 50;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => [new("info", "info.json", FuzzFixtures.Utf8($$"""
        {"id": "owner/name", "sha": "{{new string('a', 40)}}", "private": false, "gated": false,
        "siblings": [{"rfilename": "config.json"}, {"rfilename": "sub/vocab.txt", "size": 3}]}
        """))];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        var body = File.ReadAllBytes(file);
        _server.Value.Change = (request, response) =>
            request.Path.Contains("/api/", StringComparison.Ordinal) ? new ServerResponse(200) { Body = body } : response;
        using var client = new HubClient(new HubOptions
        {
            Endpoint = _server.Value.Address, CacheFolder = Path.Combine(folder, "cache"), Token = "", Offline = false,
            RetryDelay = TimeSpan.Zero, MaxRetries = 0,
        });
        client.DownloadSnapshotAsync("owner/name").GetAwaiter().GetResult();
    }
}
