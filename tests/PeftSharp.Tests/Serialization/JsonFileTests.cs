using System.Text;
using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Serialization;

public sealed class JsonFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Config => _folder.File("config.json");

    public void Dispose() => _folder.Dispose();

    /// <summary>transformers ends its files with a newline, peft does not. Otherwise both call Python's json module alike.</summary>
    [SkippableTheory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("adapter_config.json")]
    [InlineData("trainer_state.json")]
    [Trait("Category", "Parity")]
    public void What_Python_wrote_is_written_again_byte_by_byte(string name)
    {
        foreach (var path in Recordings.Files(name))
        {
            var text = File.ReadAllText(path);
            JsonFile.Write(Config, JsonFile.Read(path), finalNewline: text.EndsWith('\n'));
            Assert.Equal(text, File.ReadAllText(Config));
        }
    }

    /// <summary>repr() of CPython 3.11 for each.</summary>
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1e-12, "1e-12")]
    [InlineData(5e-05, "5e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00012345, "0.00012345")]
    [InlineData(1.2345e-05, "1.2345e-05")]
    [InlineData(100.0, "100.0")]
    [InlineData(123456.75, "123456.75")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(9999999999999998.0, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.5e22, "1.5e+22")]
    [InlineData(1e100, "1e+100")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(2.2250738585072014e-308, "2.2250738585072014e-308")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Floats_are_printed_as_Python_prints_them(double value, string expected) => Assert.Equal(expected, PythonFloat.Repr(value));

    [Fact]
    public void Values_of_every_kind_are_written_as_Python_writes_them()
    {
        var value = new JsonObject
        {
            ["z"] = new JsonArray(1, 2L, (byte)3, 4.0, 5.5f, true, null, "é\"\\\n\u0001\u007f\U0001F600"),
            ["nan"] = new JsonArray(double.NaN, double.PositiveInfinity, float.NegativeInfinity),
            ["big"] = JsonNode.Parse("123456789012345678901234567890"),
            ["parsed"] = JsonNode.Parse("[1E5, 0.10, -0.0, 7]"),
            ["empty"] = new JsonArray(new JsonObject(), new JsonArray()),
        };
        const string expected = """
            {
              "big": 123456789012345678901234567890,
              "empty": [
                {},
                []
              ],
              "nan": [
                NaN,
                Infinity,
                -Infinity
              ],
              "parsed": [
                100000.0,
                0.1,
                -0.0,
                7
              ],
              "z": [
                1,
                2,
                3,
                4.0,
                5.5,
                true,
                null,
                "\u00e9\"\\\n\u0001\u007f\ud83d\ude00"
              ]
            }
            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), PythonJson.Dumps(value));
        Assert.Equal("""{"b": [1, {}], "a": "é"}""", PythonJson.Dumps(
            new JsonObject { ["b"] = new JsonArray(1, new JsonObject()), ["a"] = "é" }, indent: null, sortKeys: false, ensureAscii: false));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1, -2, 0, 9223372036854775807, 18446744073709551616]")]
    [InlineData("[1.5, -0.25, 1e-07, NaN, Infinity, -Infinity]")]
    [InlineData("{\"b\": 1, \"a\": [true, false, null, {}, []]}")]
    [InlineData("\"\\u00e9\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\ud83d\\ude00\\ud800\"")]
    public void Text_of_Python_is_read_and_written_again_as_it_was(string text) =>
        Assert.Equal(text, PythonJson.Dumps(PythonJson.Loads(Encoding.UTF8.GetBytes(text)), indent: null, sortKeys: false));

    [Fact]
    public void White_space_a_byte_order_mark_and_duplicate_fields_are_read_as_in_Python()
    {
        var text = "\ufeff \t\r\n{ \"a\" : 1 , \"a\" : [ 2 , 3 ] , \"\\/\" : \"\\u0041é\" } \n";
        Assert.Equal("""{"a": [2, 3], "/": "Aé"}""",
            PythonJson.Dumps(PythonJson.Loads(Encoding.UTF8.GetBytes(text)), indent: null, sortKeys: false, ensureAscii: false));
    }

    [Theory]
    [InlineData("", "line 1, byte 1: the text ends before the value is complete")]
    [InlineData("{\n  \"a\": 1,\n  \"b\": [1, 2", "line 3, byte 13: the text ends before the value is complete")]
    [InlineData("{\"a\": \"xy", "line 1, byte 10: the text ends inside a string")]
    [InlineData("{\"a\": tru}", "line 1, byte 7: a value is expected")]
    [InlineData("{\"a\": 01}", "line 1, byte 8: ',' or '}' is expected")]
    [InlineData("{\"a\": 1.}", "line 1, byte 9: a digit is expected")]
    [InlineData("{\"a\": -}", "line 1, byte 8: a digit is expected")]
    [InlineData("{\"a\": 1,}", "line 1, byte 9: a field's name in double quotes is expected")]
    [InlineData("{'a': 1}", "line 1, byte 2: a field's name in double quotes is expected")]
    [InlineData("{\"a\" 1}", "line 1, byte 6: ':' is expected after the name 'a'")]
    [InlineData("{\"a\": \"\\x\"}", "line 1, byte 8: '\\' does not start a valid escape")]
    [InlineData("{\"a\": \"\\u12g4\"}", "line 1, byte 8: '\\' does not start a valid escape")]
    [InlineData("{\"a\": \"tab\there\"}", "line 1, byte 11: a string contains an unescaped control character")]
    [InlineData("{}\n{}", "line 2, byte 1: text follows the end")]
    public void Broken_text_is_an_error_with_its_place(string text, string message)
    {
        File.WriteAllText(Config, text);
        AssertRefused($"'{Config}' is not valid JSON: {message}");
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_an_error_with_its_place()
    {
        File.WriteAllBytes(Config, [.. "{\n\"a\": \""u8, 0xff, .. "\"}"u8]);
        AssertRefused("line 2, byte 7: the text is not UTF-8");
    }

    [Fact]
    public void Nesting_without_end_is_an_error()
    {
        File.WriteAllText(Config, "{\"a\":" + new string('[', 100_000));
        AssertRefused("nested more than 256 deep");
    }

    [Fact]
    public void A_value_that_is_not_an_object_and_a_missing_file_are_errors()
    {
        AssertRefused($"'{Config}' cannot be read");
        File.WriteAllText(Config, "[]");
        AssertRefused("JSON value that is not an object");
    }

    [Fact]
    public void Damaged_text_is_read_as_an_object_or_throws_a_CheckpointException()
    {
        var random = new Random(11);
        var seed = Encoding.UTF8.GetBytes(
            "{\"a\": [1, -2.5e-3, NaN, -Infinity, \"\\u00e9\\n\"], \"ü\": {\"b\": null, \"c\": true}, \"d\": \"\\ud83d\\ude00\"}");
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = seed.ToList();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(text.Count);
                if (random.Next(3) == 0)
                    text.RemoveRange(at, Math.Min(random.Next(1, 6), text.Count - at));
                else if (random.Next(2) == 0)
                    text.Insert(at, (byte)"{}[]\",:-.eE0\\u tfnNI\n"[random.Next(21)]);
                else
                    text[at] = (byte)random.Next(256);
            }
            try
            {
                PythonJson.Dumps(JsonFile.Parse("fuzz", text.ToArray(), refuseDuplicates: i % 2 == 0));
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }
        refused.Should().BeInRange(1000, 19_999);
    }

    private void AssertRefused(string message) =>
        FluentActions.Invoking(() => JsonFile.Read(Config))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(message);
}
