using System.Text;
using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Serialization;

public sealed class ConfigJsonTests
{
    private static ConfigJson Parse(string json) =>
        new(JsonFile.Parse("config.json", Encoding.UTF8.GetBytes(json), refuseDuplicates: false), "config.json");

    [Fact]
    public void Fields_are_read_by_their_types()
    {
        var config = Parse("""
            {"int": 768, "float": 1e-12, "whole": 3.0, "bool": true, "text": "gelu", "nan": NaN, "null": null, "list": ["a", "b"],
            "ints": [1, 2], "floats": [1, 0.5], "in": {"x": 1}, "many": [{"x": 1}, {"x": 2}]}
            """);
        Assert.Equal(768, config.GetInt("int"));
        Assert.Equal(768, config.GetDouble("int"));
        Assert.Equal(3, config.GetInt("whole", 0));
        Assert.Equal(768, config.GetLong("int", 0));
        Assert.Equal(1e-12, config.GetDouble("float", 0));
        Assert.True(config.GetBool("bool", false));
        Assert.Equal("gelu", config.GetString("text"));
        Assert.Equal(double.NaN, config.GetDouble("nan"));
        config.GetStrings("list").Should().Equal("a", "b");
        config.GetInts("ints").Should().Equal(1, 2);
        config.GetDoubles("floats").Should().Equal(1, 0.5);
        Assert.Equal(1, config.GetSection("in")!.GetInt("x"));
        config.GetSections("many")!.Select(item => item.GetInt("x")).Should().Equal(1, 2);
    }

    [Fact]
    public void Fields_made_in_code_are_read_like_those_from_a_file()
    {
        var config = new ConfigJson(
            new JsonObject { ["int"] = 7, ["byte"] = (byte)7, ["float"] = 0.5f, ["decimal"] = 0.25m, ["ulong"] = 7UL }, "made");
        Assert.Equal(7, config.GetInt("byte"));
        Assert.Equal(7, config.GetInt("ulong"));
        Assert.Equal(7, config.GetLong("int", 0));
        Assert.Equal(7, config.GetDouble("int"));
        Assert.Equal(0.5, config.GetDouble("float"));
        Assert.Equal(0.25, config.GetDouble("decimal"));
    }

    [Fact]
    public void An_absent_field_and_null_give_the_default()
    {
        var config = Parse("""{"null": null}""");
        foreach (var name in new[] { "null", "absent" })
        {
            Assert.False(config.Has(name));
            Assert.Equal(5, config.GetInt(name, 5));
            Assert.Equal(0.5, config.GetDouble(name, 0.5));
            Assert.True(config.GetBool(name, true));
            Assert.Equal("x", config.GetString(name, "x"));
            Assert.Null(config.GetIntOrNull(name));
            Assert.Null(config.GetDoubleOrNull(name));
            Assert.Null(config.GetBoolOrNull(name));
            Assert.Null(config.GetStringOrNull(name));
            Assert.Null(config.GetStrings(name));
            Assert.Null(config.GetSection(name));
            Assert.Null(config.GetSections(name));
        }
    }

    [Fact]
    public void A_wrong_type_is_named_with_file_field_value_and_expectation()
    {
        var config = Parse("""
            {"hidden": "big", "half": 0.5, "huge": 3000000000, "vast": 1e300, "nan": NaN, "flag": 1, "text": 5, "list": "a",
            "items": [1, "b"], "in": {"deep": {"x": []}}, "many": [{}, 3], "long": "ABC"}
            """);
        AssertRefused("'config.json': field 'hidden' is \"big\"; an integer is expected.", () => config.GetInt("hidden", 1));
        AssertRefused("field 'hidden' is \"big\"; a number is expected.", () => config.GetDouble("hidden", 1));
        AssertRefused("field 'half' is 0.5; an integer is expected.", () => config.GetInt("half"));
        AssertRefused("field 'huge' is 3000000000; an integer is expected.", () => config.GetInt("huge"));
        AssertRefused("field 'vast' is 1e+300; an integer is expected.", () => config.GetLong("vast", 0));
        AssertRefused("field 'nan' is NaN; an integer is expected.", () => config.GetInt("nan"));
        AssertRefused("field 'flag' is 1; true or false is expected.", () => config.GetBool("flag", false));
        AssertRefused("field 'text' is 5; a string is expected.", () => config.GetString("text"));
        AssertRefused("field 'list' is \"a\"; a list is expected.", () => config.GetStrings("list"));
        AssertRefused("field 'items[1]' is \"b\"; an integer is expected.", () => config.GetInts("items"));
        AssertRefused("field 'in.deep.x' is []; a number is expected.", () => config.GetSection("in")!.GetSection("deep")!.GetDouble("x"));
        AssertRefused("field 'many[1]' is 3; an object is expected.", () => config.GetSections("many"));
        AssertRefused("field 'absent' is missing; an integer is expected.", () => config.GetInt("absent"));
        AssertRefused("field 'absent' is missing; a string is expected.", () => config.GetString("absent"));
        Assert.Equal("'config.json': field 'text' is 5; one of: none, all is expected.", config.Wrong("text", "one of: none, all").Message);
    }

    [Fact]
    public void Fields_that_are_not_read_are_kept_in_their_order()
    {
        var config = Parse("""{"z": 1, "known": 2, "a": {"b": NaN}, "null": null}""");
        config.GetInt("known");
        Assert.Equal("""{"z": 1, "a": {"b": NaN}, "null": null}""", PythonJson.Dumps(config.Rest(), indent: null, sortKeys: false));
        Assert.Equal(4, config.Fields.Count);
    }

    private static void AssertRefused(string message, Func<object?> read) =>
        FluentActions.Invoking(() => read()).Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(message);
}
