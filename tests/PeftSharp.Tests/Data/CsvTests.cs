using CsCheck;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Types and values expected by pandas 2's <c>read_csv</c> rules.</summary>
public class CsvTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Dataset Read(string text, DatasetLoadOptions? options = null) =>
        Datasets.LoadDataset(_folder.Write("x.csv", text), "train", options);

    [Fact]
    public void Columns_get_the_types_that_pandas_infers()
    {
        var read = Read("\uFEFFi,gap,f,b,t,huge\n1,1,1.5,True,a,99999999999999999999\n"
            + " -7 ,NA,1e3,false,\"b, c\",1\n+3,3,inf,TRUE,\"say \"\"x\"\"\nnext\",2\r\n");
        read.Features.Values.Select(feature => ((Value)feature).Dtype)
            .Should().Equal("int64", "float64", "float64", "bool", "string", "string");
        read["i"].ToArray<long>().Should().Equal(1L, -7L, 3L);
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        read["gap"].Should().Equal<object?>([1.0, null, 3.0], Equals);
        read["f"].ToArray<double>().Should().Equal(1.5, 1000, double.PositiveInfinity);
        read["t"].GetStrings().Should().Equal("a", "b, c", "say \"x\"\nnext");
        Assert.Equal("99999999999999999999", read["huge"].GetString(0));
    }

    [Fact]
    public void Values_of_types_given_by_the_caller_are_parsed_from_the_unchanged_text()
    {
        var options = new DatasetLoadOptions
        {
            Features = new Dictionary<string, Feature>
            {
                ["zip"] = new Value("string"), ["label"] = new ClassLabel("neg", "pos"), ["on"] = new Value("bool"),
            },
        };
        var read = Read("zip,label,on\n00123,pos,true\n7,neg,\n", options);
        read["zip"].GetStrings().Should().Equal("00123", "7");
        read["label"].ToArray<long>().Should().Equal(1L, 0L);
        read["on"].Should().Equal([true, null]);
        options = options with { Features = new Dictionary<string, Feature> { ["label"] = new ClassLabel("neg") } };
        FluentActions.Invoking(() => Read("label\nbad\n", options))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("row 0");
    }

    [Fact]
    public void Options_change_delimiter_header_and_absent_values()
    {
        Read("a;1\n", new DatasetLoadOptions { Delimiter = ';', ColumnNames = ["x", "y"] })
            .Should().ContainSingle().Which.Values.Should().Equal<object?>(["a", 1L], Equals);
        Read("x,y\nNA,1\n,2\n", new DatasetLoadOptions { KeepDefaultNa = false })["x"].GetStrings().Should().Equal("NA", "");
        Assert.Equal("b", Datasets.LoadDataset(_folder.Write("t.tsv", "x\ty\na\tb\n"), "train")["y"].GetString(0));
        Read(",x\n0,a\n").ColumnNames.Should().Equal("Unnamed: 0", "x");
    }

    [Fact]
    public void Names_that_are_not_unique_are_refused_before_a_file_is_read()
    {
        foreach (var call in new Action<DatasetLoadOptions>[]
        {
            options => Datasets.LoadDataset("no such file.csv", options), options => Datasets.StreamDataset("no such file.csv", options),
        })
            FluentActions.Invoking(() => call(new DatasetLoadOptions { ColumnNames = ["x", "y", "x"] }))
                .Should().ThrowExactly<ArgumentException>().WithParameterName("ColumnNames")
                .Which.Message.Should().Contain("DatasetLoadOptions.ColumnNames contains 'x' 2 times");
        FluentActions.Invoking(() => Read("x,y,x\n1,2,3\n"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("2 columns named 'x'");
    }

    [Theory]
    [InlineData("a,b\n1,2\n\n3\n", "line 4: the line has 1 field,")]
    [InlineData("a,b\n\"x\ny\",2\n1,2,3\n", "line 4: the line has 3 fields")]
    [InlineData("a\nok\n\"open\n\n", "line 3, field 1: the quoted field has no closing")]
    [InlineData("a,a\n1,2\n", "has 2 columns named 'a'")]
    public void A_malformed_file_is_named_with_its_line(string text, string expected)
    {
        FluentActions.Invoking(() => Read(text))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().ContainAll("x.csv", expected);
    }

    [Fact]
    public void What_is_written_with_quotes_is_read_back() =>
        Gen.String[Gen.Char["ab ,\"\n\r;\t'é"], 0, 6].Array[2].Array[1, 6].Sample(rows =>
        {
            var text = "x,y\n"
                + string.Concat(rows.Select(row => string.Join(',', row.Select(field => $"\"{field.Replace("\"", "\"\"")}\"")) + "\n"));
            var read = Read(text, new DatasetLoadOptions { KeepDefaultNa = false });
            read["x"].GetStrings().Should().Equal(rows.Select(row => row[0]));
            read["y"].GetStrings().Should().Equal(rows.Select(row => row[1]));
        }, iter: 200, threads: 1);

    [Theory]
    [InlineData("9007199254740993", "NA", "int64")]              // float64 would round it
    [InlineData("9007199254740992", "NA", "float64")]            // as pandas
    [InlineData("9007199254740993", "1.5", "string")]
    [InlineData("12345678901234567890", "1", "string")]
    [InlineData("-9223372036854775808", "9223372036854775807", "int64")]
    [InlineData("1.5", "2", "float64")]
    public void Integers_are_never_rounded(string first, string second, string dtype)
    {
        var read = Read($"x\n{first}\n{second}\n");
        read.Features["x"].Should().Be(new Value(dtype));
        Assert.Equal(first, read["x"][0] is double number and > 1e9 ? ValueText.Of((long)number) : ValueText.Of(read["x"][0]));
    }
}
