using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Writers;

/// <summary>The expected texts are those of <c>DataFrame.to_csv(index=False)</c> in pandas.</summary>
public sealed class CsvWriterTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);

    private string Csv(Dataset data, char? delimiter = null, bool header = true, string name = "x.csv")
    {
        data.ToCsv(At(name), delimiter, header);
        return File.ReadAllText(At(name));
    }

    [Fact]
    public void Fields_are_quoted_only_if_they_must_be()
    {
        var data = Dataset.FromDict(
            ("a,b", new[] { "x", "say \"hi\"", "two\nlines", " space ", null }), ("n", new long?[] { 1, -2, null, 4, 5 }));
        Csv(data).Should().Be("\"a,b\",n\nx,1\n\"say \"\"hi\"\"\",-2\n\"two\nlines\",\n space ,4\n,5\n");
        Csv(data.Select(..1), ';').Should().Be("a,b;n\nx;1\n");
        Csv(data.Select(..1), header: false).Should().Be("x,1\n");
        Csv(data.Select(..1), name: "x.tsv").Should().Be("a,b\tn\nx\t1\n");
        Csv(data.Select([0, 4]).SelectColumns("a,b")).Should().Be("\"a,b\"\nx\n\"\"\n");
        Csv(data.Select([])).Should().Be("\"a,b\",n\n");
    }

    [Fact]
    public void Numbers_booleans_classes_and_times_have_the_form_of_pandas()
    {
        Csv(Dataset.FromDict(("x", new[] { 1.0, double.NaN, double.PositiveInfinity, -0.1 }), ("f", new[] { 0.1f, 1e20f, 3f, float.NaN }),
            ("ok", new bool?[] { true, false, null, true }), ("label", new long[] { 1, 0, 1, 0 }),
            ("day", new[] { new DateTime(2024, 7, 1), new(2024, 7, 2), new(2024, 7, 3), new(2024, 7, 4) }),
            ("time", new[] { new DateTime(2024, 7, 1, 8, 30, 0), new(2024, 7, 2), new(2024, 7, 3, 1, 1, 1, 5), new(2024, 7, 4) }))
            .CastColumn("label", new ClassLabel("no", "yes")).CastColumn("f", new Value("float32")))
            .Should().Be("""
                x,f,ok,label,day,time
                1.0,0.1,True,1,2024-07-01,2024-07-01 08:30:00
                ,1E+20,False,0,2024-07-02,2024-07-02 00:00:00
                inf,3.0,,1,2024-07-03,2024-07-03 01:01:01.005
                -0.1,,True,0,2024-07-04,2024-07-04 00:00:00

                """.ReplaceLineEndings("\n"));
        Csv(Dataset.FromDict(("utc", new[] { new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc) })))
            .Should().Be("utc\n2024-07-01 00:00:00+00:00\n");
    }

    [Fact]
    public void Columns_that_CSV_cannot_hold_are_named_and_the_file_is_unchanged()
    {
        Csv(Dataset.FromDict(("a", new[] { 1 })));
        foreach (var (data, message) in new[]
        {
            (Dataset.FromDict(("ids", new[] { new[] { 1 } })), "Column 'ids' has type Sequence(Value(int32)), which CSV cannot hold"),
            (Dataset.FromDict(("m", new[] { new Dictionary<string, object?> { ["r"] = 1 } })), "Column 'm'"),
            (Dataset.FromDict(("bytes", new[] { new byte[] { 1 } })), "Column 'bytes'"),
            (Dataset.FromDict(("text", new[] { "a", "\uDC00b" })), "Column 'text', row 1"),
        })
            data.Invoking(it => it.ToCsv(At("x.csv"))).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain(message);
        File.ReadAllText(At("x.csv")).Should().Be("a\n1\n");
        Dataset.FromDict(("a", new[] { 1 })).Invoking(it => it.ToCsv(At("x.csv"), '"')).Should().ThrowExactly<ArgumentException>();
    }
}
