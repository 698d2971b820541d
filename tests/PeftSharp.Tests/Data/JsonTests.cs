using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

public class JsonTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Dataset Read(string text, string? field = null) =>
        Datasets.LoadDataset(_folder.Write("x.json", text), "train", new DatasetLoadOptions { Field = field });

    [Fact]
    public void Lines_hold_numbers_texts_lists_records_and_gaps()
    {
        var read = Read("""
            {"id": 1, "score": 2, "text": "a\u00e9", "ids": [1, 2], "messages": [{"role": "user", "content": "hi"}], "nested": [[1], []]}

            {"id": 2, "score": 2.5, "text": null, "ids": [], "late": true, "messages": [], "nested": null}
            """);
        read.Features["id"].Should().Be(new Value("int64"));
        read.Features["score"].Should().Be(new Value("float64"));
        read.Features["ids"].Should().Be(new Sequence(new Value("int64")));
        read.Features["nested"].Should().Be(new Sequence(new Sequence(new Value("int64"))));
        read["score"].ToArray<double>().Should().Equal(2.0, 2.5);
        read["text"].Should().Equal(["aé", null]);
        read["late"].Should().Equal([null, true]);
        read["ids"].GetInt64s(0).ToArray().Should().Equal(1L, 2L);
        Assert.Equal(0, read["ids"].GetLength(1));
        Assert.Equal("user", read["messages"].GetItems(0).Field("role").GetString(0));
        read["nested"].GetItems(0).GetInt64s(0).ToArray().Should().Equal(1L);
        Assert.True(read["nested"].IsNull(1));
        Assert.Equal("hi", ((IReadOnlyDictionary<string, object?>)((object?[])read[0]["messages"]!)[0]!)["content"]);
    }

    [Theory]
    [InlineData("[{\"i\": 1}, {\"i\": 2}]", null)]
    [InlineData("{\n \"i\": [1, 2]\n}", null)]
    [InlineData("{\"version\": {\"x\": []}, \"data\": [{\"i\": 1}, {\"i\": 2}]}", "data")]
    [InlineData("{\"data\": {\"i\": [1, 2]}}", "data")]
    [InlineData("\uFEFF{\"i\": 1}\r\n{\"i\": 2}", null)]
    public void Rows_may_stand_in_an_array_in_columns_or_in_a_field(string text, string? field) =>
        Read(text, field)["i"].ToArray<long>().Should().Equal(1L, 2L);

    [Theory]
    [InlineData("{\"a\": 1}\n{\"a\": oops}\n", "line 2, byte")]
    [InlineData("{\"a\": 1}\n{\"a\": \"x\"}\n", "line 2: column 'a': The column has type Value(int64), but this value is Value(string)")]
    [InlineData("{\"a\": 1}\n[1]\n", "line 2: Each line must be an object")]
    [InlineData("{\"a\": 1} {\"a\": 2}\n", "line 1")]
    [InlineData("{\"a\": 12345678901234567890}\n", "out of the range of int64")]
    [InlineData("{\"a\": 1, \"a\": 2}\n", "occurs twice")]
    [InlineData("{\n\"a\": [1, \"x\"]\n}", "column 'a', row 1")]
    [InlineData("[{\"a\": 1},\n {\"a\": 1,,}]", "line 2, byte")]
    public void A_malformed_file_is_named_with_its_place(string text, string expected)
    {
        FluentActions.Invoking(() => Read(text))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("x.json", expected);
    }

    [Fact]
    public void A_field_that_is_absent_is_named_beside_those_there_are() =>
        FluentActions.Invoking(() => Read("{\"version\": 1, \"rows\": []}", "data"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("no field 'data' (DatasetLoadOptions.Field). Fields: version, rows");

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_completely()
    {
        var texts = new[] { 10, 70_000, 200_000, 65_536 - 12 }.Select(length => new string('x', length)).ToArray();
        Read(string.Join('\n', texts.Select(text => $"{{\"t\":\"{text}\"}}")))["t"].GetStrings().Should().Equal(texts);
    }

    [Fact]
    public void NaN_and_infinity_as_Python_writes_them_are_numbers()
    {
        var read = Read("{\"x\": NaN, \"s\": \"NaN \\\" Infinity\"}\n{\"x\": -Infinity, \"s\": \"\"}\n"
            + "{\"x\": 1, \"s\": \"\"}\n{\"x\": Infinity, \"s\": null}\n");
        read["x"].ToArray<double>().Should().Equal(double.NaN, double.NegativeInfinity, 1, double.PositiveInfinity);
        Assert.Equal("NaN \" Infinity", read["s"].GetString(0));
        Read("[{\"x\": NaN}]")["x"].ToArray<double>().Should().Equal(double.NaN);
        FluentActions.Invoking(() => Read("{\"x\": NaNa}\n"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("line 1");
    }

    [Theory]
    [InlineData("{\"a\": 9007199254740993}\n{\"a\": 1.5}\n",
        "line 2: column 'a': The column contains floating-point values, and float64 cannot represent the integer 9007199254740993")]
    [InlineData("{\"a\": 1.5}\n{\"a\": 9007199254740993}\n",
        "line 2: column 'a': The column contains floating-point values, and float64 cannot represent the integer 9007199254740993")]
    [InlineData("{\"a\": [1, 2.5, 9007199254740993]}\n", "9007199254740993")]
    [InlineData("{\"a\": [1.5, 9007199254740993]}", "9007199254740993")]
    [InlineData("[{\"a\": 1}] trailing", "line 1")]
    [InlineData("{\"a\": [1]} {\"b\": 2}\n", "line 1")]
    public void Numbers_that_would_be_rounded_and_text_after_the_end_are_refused(string text, string expected) =>
        FluentActions.Invoking(() => Read(text)).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain(expected);

    [Fact]
    public void Text_in_another_encoding_is_named()
    {
        var file = Path.Combine(_folder.Path, "u.jsonl");
        File.WriteAllText(file, "{\"a\": 1}\n", System.Text.Encoding.Unicode);
        FluentActions.Invoking(() => Datasets.LoadDataset(file))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("u.jsonl' is UTF-16");
        File.WriteAllBytes(file, [.. "{\"a\": \""u8, 0xE9, .. "\"}\n"u8]);
        FluentActions.Invoking(() => Datasets.LoadDataset(file))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("line 1");
    }
}
