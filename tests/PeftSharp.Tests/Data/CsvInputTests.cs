using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Small CSV files and the rows or the error that they give. Types are inferred by the rules of pandas.</summary>
public class CsvInputTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Rows(string text) => string.Join(" ", Datasets.LoadDataset(_folder.Write("x.csv", text), "train"));

    [Theory]
    [InlineData("a\n1\n", "{a: 1}")]
    [InlineData("a\n1", "{a: 1}")]
    [InlineData("a\r1\r2\r", "{a: 1} {a: 2}")]
    [InlineData("a\r\n1\r\n2", "{a: 1} {a: 2}")]
    [InlineData("\uFEFFa,b\n1,2\n", "{a: 1, b: 2}")]
    [InlineData("a,b\n1,\n2,x\n", "{a: 1, b: null} {a: 2, b: \"x\"}")]
    [InlineData("a\n007\n", "{a: 7}")]
    [InlineData("a\n+5\n-3\n", "{a: 5} {a: -3}")]
    [InlineData("a\n 1 \n", "{a: 1}")]
    [InlineData("a\n1.0\n", "{a: 1}")]
    [InlineData("a\n-0.0\n", "{a: -0}")]
    [InlineData("a\n.5\n5.\n", "{a: 0.5} {a: 5}")]
    [InlineData("a\n1e3\n", "{a: 1000}")]
    [InlineData("a\n0x10\n", "{a: \"0x10\"}")]
    [InlineData("a\n1_000\n", "{a: \"1_000\"}")]
    [InlineData("a\n\"1,000\"\n", "{a: \"1,000\"}")]
    [InlineData("a\n١\n", "{a: \"١\"}")]
    [InlineData("a\ninf\n-Infinity\n", "{a: Infinity} {a: -Infinity}")]
    [InlineData("a\n1.8e308\n1\n", "{a: \"1.8e308\"} {a: \"1\"}")]
    [InlineData("a\n1\u00a0\n", "{a: \"1\u00a0\"}")]
    [InlineData("a\n1\nnan\n", "{a: 1} {a: null}")]
    [InlineData("a\nTrue\nfalse\n", "{a: true} {a: false}")]
    [InlineData("a\nTrue\n\"\"\nFALSE\n", "{a: true} {a: null} {a: false}")]
    [InlineData("a\nTrue\n1\n", "{a: \"True\"} {a: \"1\"}")]
    [InlineData("a\nyes\nno\n", "{a: \"yes\"} {a: \"no\"}")]
    [InlineData("a\n2024-01-02\n", "{a: \"2024-01-02\"}")]
    [InlineData("a,b\n\"x\ny\",1\n", "{a: \"x\ny\", b: 1}")]
    [InlineData("a,b\n\"x\r\ny\",1\n", "{a: \"x\r\ny\", b: 1}")]
    [InlineData("a\n\"say \"\"hi\"\"\"\n", "{a: \"say \"hi\"\"}")]
    [InlineData("a\nsay \"hi\"\n", "{a: \"say \"hi\"\"}")]
    [InlineData("a\n\"x\"y\n", "{a: \"xy\"}")]
    [InlineData("\"a,b\",c\n1,2\n", "{a,b: 1, c: 2}")]
    [InlineData("a,\n1,2\n", "{a: 1, Unnamed: 1: 2}")]
    [InlineData("a\n\n1\n\n2\n", "{a: 1} {a: 2}")]
    [InlineData("a\n9223372036854775808\n1\n", "{a: \"9223372036854775808\"} {a: \"1\"}")]
    [InlineData("a\n12345678901234567890.5\n", "{a: 1.2345678901234567E+19}")]
    [InlineData("a\n\0\n", "{a: \"\0\"}")]
    [InlineData("a\n1\0\n", "{a: \"1\0\"}")]
    [InlineData("a\né😀\n", "{a: \"é😀\"}")]
    [InlineData("a,A\n1,2\n", "{a: 1, A: 2}")]
    [InlineData("a,b\n1\n", null)]
    [InlineData("a\n1,2\n", null)]
    [InlineData("a,a\n1,2\n", null)]
    [InlineData("a\n\"open\n", null)]
    [InlineData("", null)]
    [InlineData("a,b\n", null)]
    public void A_file_gives_these_rows_or_a_typed_error_that_names_it(string text, string? expected)
    {
        if (expected is not null)
            Assert.Equal(expected, Rows(text));
        else
            FluentActions.Invoking(() => Rows(text)).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("x.csv");
    }

    [Fact]
    public void Numbers_are_the_same_in_every_culture()
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            var culture = (System.Globalization.CultureInfo)before.Clone();
            (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign) = (",", "~");
            System.Globalization.CultureInfo.CurrentCulture = culture;
            Assert.Equal("{a: -1.5, b: -2}", Rows("a,b\n-1.5,-2\n"));
            Assert.Equal("-1.5", Dataset.FromDict(("a", new[] { -1.5 })).CastColumn("a", new Value("string"))["a"].GetString(0));
            Assert.Equal(-1.5, Dataset.FromDict(("a", new[] { "-1.5" })).CastColumn("a", new Value("float64"))["a"].GetDouble(0));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }
}
