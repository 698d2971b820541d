namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>JSON lines and JSON.</summary>
internal sealed class JsonReader : DataReader
{
    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("lines", "data.jsonl", FuzzFixtures.Utf8("""
            {"id": 1, "text": "good\né", "tags": ["a", "b"], "more": {"x": 1.5, "y": null}, "ok": true}
            {"id": 2, "text": null, "tags": [], "more": {"x": NaN, "y": [[1], [2, 3]]}, "ok": false}
            {"id": 9223372036854775807, "text": "\ud83d\ude00", "tags": null, "more": null, "ok": null}

            """.ReplaceLineEndings("\n"))),
        new("array", "data.json", FuzzFixtures.Utf8("""[{"a": 1, "b": "x", "c": {"d": [1, 2]}}, {"a": 2, "b": "y", "c": {"d": []}}]""")),
        new("columns", "data.json", FuzzFixtures.Utf8("""{"a": [1, 2, 3], "b": ["x", null, "z"], "c": [[1.5], [], [2.5, -0.0]]}""")),
        new("object", "data.json", FuzzFixtures.Utf8("""{"a": 1, "b": {"c": "x"}}""")),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        if (seed.FileName == "data.json") return JsonMutator.Mutate(random, seed);
        if (random.OneIn(3))
            return TextMutator.Mutate(random, seed.Content, "{", "}", "[", "]", "\"", ":", ",", "null", "NaN", "1e400", "\\u0000");
        var lines = System.Text.Encoding.UTF8.GetString(seed.Content).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace("NaN", "0.25", StringComparison.Ordinal))
            .Select(FuzzFixtures.Utf8)
            .Select(line => random.OneIn(2) ? line : JsonMutator.Mutate(random, JsonTree.Parse(line)));
        return [.. lines.SelectMany(line => (byte[])[.. line, (byte)'\n'])];
    }
}
