using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Writers;

public sealed class JsonWriterTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);

    private string Json(Dataset data, bool lines = true)
    {
        data.ToJson(At("x.jsonl"), lines);
        return File.ReadAllText(At("x.jsonl"));
    }

    [Fact]
    public void Each_row_is_an_object_on_its_line_or_an_item_of_an_array()
    {
        var data = Dataset.FromDict(("text", new[] { "a \"quoted\" é", null }), ("n", new long?[] { 1, null }),
            ("x", new[] { 1.0, 0.1 }), ("f", new[] { 0.1f, 2f }), ("ok", new[] { true, false }));
        Json(data).Should().Be("""
            {"text":"a \"quoted\" é","n":1,"x":1.0,"f":0.1,"ok":true}
            {"text":null,"n":null,"x":0.1,"f":2.0,"ok":false}

            """.ReplaceLineEndings("\n"));
        Json(data.SelectColumns("n"), lines: false).Should().Be("[\n{\"n\":1},\n{\"n\":null}\n]\n");
        Json(data.Select([]), lines: false).Should().Be("[\n]\n");
        Json(data.Select([])).Should().BeEmpty();
    }

    [Fact]
    public void Lists_structs_classes_and_times_are_written_at_any_depth()
    {
        var data = Dataset.FromDict(
            ("messages", new object?[] { new[] { new { role = "user", tags = new[] { 1, 2 } } }, null }),
            ("day", new[] { new DateTime(2024, 7, 1), new DateTime(2024, 7, 1, 8, 30, 0, 5) }),
            ("utc", new[] { new DateTime(2024, 7, 1, 1, 2, 3, DateTimeKind.Utc), new DateTime(2024, 7, 1, 1, 2, 3, DateTimeKind.Utc) }),
            ("money", new[] { 1.50m, 7922816251426433759354395033m }), ("label", new long[] { 0, 1 }), ("span", new[]
            { TimeSpan.FromHours(25), TimeSpan.Zero }), ("at", new[] { new TimeOnly(8, 0), new TimeOnly(9, 0) }))
            .CastColumn("label", new ClassLabel("no", "yes"));
        var lines = Json(data).Split('\n');
        lines[0].Should().Be("""{"messages":[{"role":"user","tags":[1,2]}],"day":"2024-07-01T00:00:00","utc":"2024-07-01T01:02:03Z","""
            + """ "money":"1.50","label":0,"span":"1.01:00:00","at":"08:00:00.0000000"}""".TrimStart());
        lines[1].Should().Contain("\"messages\":null").And.Contain("08:30:00.005").And.Contain("7922816251426433759354395033");
        RoundTripTests.Same(data, Datasets.LoadDataset(At("x.jsonl"), "train", new() { Features = data.Features }));
    }

    [Fact]
    public void Numbers_that_JSON_does_not_have_are_null_as_in_Python() =>
        Json(Dataset.FromDict(("x", new[] { double.NaN, double.NegativeInfinity }), ("y", new[] { [float.NaN], new[] { 1f } })))
            .Should().Be("{\"x\":null,\"y\":[null]}\n{\"x\":null,\"y\":[1.0]}\n");

    [Fact]
    public void What_JSON_cannot_hold_is_refused_and_the_file_is_unchanged()
    {
        Json(Dataset.FromDict(("a", new[] { 1 })));
        foreach (var (data, message) in new[]
        {
            (Dataset.FromDict(("ok", new[] { 1, 2 }), ("bytes", new[] { null, new byte[] { 1 } })),
                "Column 'bytes', row 1: JSON cannot hold bytes"),
            (Dataset.FromDict(("text", new[] { "a", "\uD800" })), "Column 'text', row 1: The text contains half of a surrogate pair"),
        })
            data.Invoking(it => it.ToJson(At("x.jsonl"))).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain(message);
        File.ReadAllText(At("x.jsonl")).Should().Be("{\"a\":1}\n");
        Directory.GetFiles(_folder.Path).Should().HaveCount(1);
        Dataset.FromDict(("a", new[] { 1 })).Invoking(it => it.ToJson(At("x.jsonl.bz2"))).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public async Task Writing_reports_its_progress_and_can_be_cancelled()
    {
        var data = Dataset.FromDict(("i", Enumerable.Range(0, 2500).ToArray()));
        var reports = new List<MapProgress>();
        await data.ToJsonAsync(At("a.jsonl"), progress: new Reports(reports));
        reports.Should().Equal(new MapProgress(1000, 2500), new MapProgress(2000, 2500), new MapProgress(2500, 2500));
        using var cancelled = new CancellationTokenSource();
        await data.Awaiting(it => it.ToCsvAsync(At("b.csv"), progress: new Cancel(cancelled), cancellationToken: cancelled.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        File.Exists(At("b.csv")).Should().BeFalse();
    }

    private sealed class Reports(List<MapProgress> reports) : IProgress<MapProgress>
    {
        public void Report(MapProgress value) => reports.Add(value);
    }

    private sealed class Cancel(CancellationTokenSource source) : IProgress<MapProgress>
    {
        public void Report(MapProgress value) => source.Cancel();
    }
}
