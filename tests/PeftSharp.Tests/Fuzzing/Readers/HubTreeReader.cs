using PeftSharp.Data;
using PeftSharp.Hub;
using PeftSharp.Tests.Hub;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The answers of the Hub about the files of a dataset: its description, the list of its files, and its converted files.</summary>
internal sealed class HubTreeReader : FuzzReader
{
    private static readonly string _commit = new('a', 40);

    private readonly Lazy<HubServer> _server = new(() =>
    {
        var server = new HubServer();
        server.AddDataset("owner/name", ("train.csv", "text\na\n"), ("data/test.csv", "text\nb\n"));
        return server;
    });

    internal override int ShortCount => 40;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("description", "revision.json", FuzzFixtures.Utf8($$"""
            {"id": "owner/name", "sha": "{{_commit}}", "siblings": [{"rfilename": "train.csv"}, {"rfilename": "data/test.csv"}]}
            """)),
        new("list", "tree.json", FuzzFixtures.Utf8($$"""
            [{"type": "directory", "oid": "{{_commit}}", "size": 0, "path": "data"},
            {"type": "file", "oid": "{{_commit}}", "size": 7, "path": "train.csv"},
            {"type": "file", "oid": "{{_commit}}", "size": 7, "path": "data/test.csv", "lfs": {"oid": "x", "size": 7, "pointerSize": 1},
            "xetHash": "y"}]
            """)),
        new("converted", "tree.json", FuzzFixtures.Utf8($$"""
            [{"type": "file", "oid": "{{_commit}}", "size": 7, "path": "script.py"},
            {"type": "file", "oid": "{{_commit}}", "size": 7, "path": "default/train/0000.parquet"},
            {"type": "file", "oid": "{{_commit}}", "size": 7, "path": "default/partial-train/0000.parquet"},
            {"type": "file", "oid": "{{_commit}}", "size": 7, "path": "default/test-part1/0001.parquet"}]
            """)),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        var (body, kind) = (File.ReadAllBytes(file), file.EndsWith("tree.json", StringComparison.Ordinal) ? "/tree/" : "/revision/");
        _server.Value.Change = (request, response) =>
            request.Path.Contains("/api/", StringComparison.Ordinal) && request.Path.Contains(kind, StringComparison.Ordinal)
                ? new ServerResponse(200) { Body = body } : response;
        var hub = new HubOptions
        {
            Endpoint = _server.Value.Address, CacheFolder = Path.Combine(folder, "cache"), Token = "", Offline = false,
            RetryDelay = TimeSpan.Zero, MaxRetries = 0,
        };
        Datasets.LoadDataset("owner/name", new DatasetLoadOptions { Hub = hub });
    }
}
