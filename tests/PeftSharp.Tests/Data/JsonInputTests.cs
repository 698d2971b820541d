using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Small JSON files and the rows or the error that they give.</summary>
public class JsonInputTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Rows(string text) => string.Join(" ", Datasets.LoadDataset(_folder.Write("x.jsonl", text), "train"));

    [Theory]
    [InlineData("{\"a\":9223372036854775807}", "{a: 9223372036854775807}")]
    [InlineData("{\"a\":-9223372036854775808}", "{a: -9223372036854775808}")]
    [InlineData("{\"a\":9007199254740993}", "{a: 9007199254740993}")]
    [InlineData("{\"a\":9007199254740993}\n{\"a\":null}", "{a: 9007199254740993} {a: null}")]
    [InlineData("{\"a\":-0}", "{a: 0}")]
    [InlineData("{\"a\":-0.0}", "{a: -0}")]
    [InlineData("{\"a\":1e2}", "{a: 100}")]
    [InlineData("{\"a\":1E-7}", "{a: 1E-07}")]
    [InlineData("{\"a\":0.1}\n{\"a\":1}", "{a: 0.1} {a: 1}")]
    [InlineData("{\"a\":1}\n{\"a\":2.5}\n{\"a\":null}", "{a: 1} {a: 2.5} {a: null}")]
    [InlineData("{\"a\":5e-324}", "{a: 5E-324}")]
    [InlineData("{\"a\":1.7976931348623157e308}", "{a: 1.7976931348623157E+308}")]
    [InlineData("{\"a\":1.8e308}", null)]
    [InlineData("{\"a\":-1e400}", null)]
    [InlineData("{\"a\":true}\n{\"a\":null}\n{\"a\":false}", "{a: true} {a: null} {a: false}")]
    [InlineData("{\"a\":\"2024-03-31\"}", "{a: \"2024-03-31\"}")]
    [InlineData("{\"a\":\"007\"}", "{a: \"007\"}")]
    [InlineData("{\"a\":\"\"}\n{\"a\":null}", "{a: \"\"} {a: null}")]
    [InlineData("{\"a\":\"NaN\"}", "{a: \"NaN\"}")]
    [InlineData("{\"a\":\"\\u00e9\\ud83d\\ude00\\u0000\\/\\t\"}", "{a: \"é😀\0/\t\"}")]
    [InlineData("{\"a\":\"x\u2028y\"}", "{a: \"x\u2028y\"}")]
    [InlineData("{\"a\":[]}\n{\"a\":[1]}\n{\"a\":null}\n{\"a\":[null]}", "{a: []} {a: [1]} {a: null} {a: [null]}")]
    [InlineData("{\"a\":[1,2.5]}", "{a: [1, 2.5]}")]
    [InlineData("{\"a\":[[1],[2,[]]]}", null)]
    [InlineData("{\"a\":{}}\n{\"a\":{\"b\":1}}", "{a: {b: null}} {a: {b: 1}}")]
    [InlineData("{\"a\":[{}]}\n{\"a\":[{\"b\":1},{\"c\":\"x\"}]}", "{a: [{b: null, c: null}]} {a: [{b: 1, c: null}, {b: null, c: \"x\"}]}")]
    [InlineData("{\"b\":1,\"a\":2}\n{\"a\":3,\"b\":4}", "{b: 1, a: 2} {b: 4, a: 3}")]
    [InlineData("{\"a\":1}\n{\"b\":2}", "{a: 1, b: null} {a: null, b: 2}")]
    [InlineData("{\"A\":1,\"a\":2}", "{A: 1, a: 2}")]
    [InlineData("{\"\":1}", "{: 1}")]
    [InlineData("{\"a b\":1,\"ä.x\":2}", "{a b: 1, ä.x: 2}")]
    [InlineData("\n\n {\"a\":1} \r\n\t\n{\"a\":2}", "{a: 1} {a: 2}")]
    [InlineData("[\n]", null)]
    [InlineData("[{\"a\":1},\n{\"a\":2}]\n", "{a: 1} {a: 2}")]
    [InlineData("{\"a\":\"x\"}\n{\"a\":1}", null)]
    [InlineData("{\"a\":1}\n{\"a\":true}", null)]
    [InlineData("{\"a\":1}\n{\"a\":[1]}", null)]
    [InlineData("{\"a\":{\"b\":1}}\n{\"a\":[1]}", null)]
    [InlineData("{\"a\":{\"b\":1}}\n{\"a\":{\"b\":\"x\"}}", null)]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}", null)]
    [InlineData("{\"a\":18446744073709551615}", null)]
    [InlineData("{\"a\":\"\\ud800\"}", null)]
    [InlineData("{\"a\":'x'}", null)]
    [InlineData("{\"a\":01}", null)]
    [InlineData("{\"a\":1,}", null)]
    [InlineData("{\"a\":.5}", null)]
    [InlineData("{\"a\":+1}", null)]
    [InlineData("{\"a\":1", null)]
    [InlineData("{\"a\":\"x\ty\"}", null)]
    [InlineData("// c\n{\"a\":1}", null)]
    [InlineData("5\n6", null)]
    [InlineData("\"text\"", null)]
    [InlineData("null", null)]
    [InlineData("", null)]
    [InlineData("{\"a\":nan}", null)]
    [InlineData("{\"a\":--Infinity}", null)]
    [InlineData("{\"a\":1}\r{\"a\":2}", null)]
    [InlineData("<!DOCTYPE html>", null)]
    public void A_file_gives_these_rows_or_a_typed_error_that_names_it(string text, string? expected)
    {
        if (expected is not null)
            Assert.Equal(expected, Rows(text));
        else
            FluentActions.Invoking(() => Rows(text)).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("x.jsonl");
    }
}
