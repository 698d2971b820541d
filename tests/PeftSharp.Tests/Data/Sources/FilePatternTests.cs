using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Sources;

/// <summary>Patterns of file names. The expected results are those of fsspec's glob with the rules of <c>datasets</c>.</summary>
public class FilePatternTests
{
    [Theory]
    [InlineData("*.csv", "a.csv"), InlineData("*.csv", "sub/a.csv", false), InlineData("./a.csv", "a.csv")]
    [InlineData("**/*.csv", "a.csv"), InlineData("**/*.csv", "x/y/a.csv"), InlineData("data/**", "data/x/y.csv")]
    [InlineData("data/*", "data/x.csv"), InlineData("data/*", "data/x/y.csv", false), InlineData("*/x.csv", "a/x.csv")]
    [InlineData("part-[0-9].csv", "part-3.csv"), InlineData("part-[!0-9].csv", "part-3.csv", false), InlineData("a?.csv", "ab.csv")]
    [InlineData("[[]a].csv", "[a].csv"), InlineData("a[.csv", "a[.csv"), InlineData("a+(b).csv", "a+(b).csv")]
    [InlineData("**", ".hidden.txt", false), InlineData(".*", ".hidden.txt"), InlineData("**", ".dir/a.txt", false)]
    [InlineData(".dir/*", ".dir/a.txt"), InlineData("**", "__pycache__/b.txt", false), InlineData("__*/*", "__pycache__/b.txt")]
    [InlineData("**", "__init__.txt"), InlineData("*/b.txt", "__pycache__/b.txt", false)]
    [InlineData("**/train[-._ 0-9]*", "x/train-1.csv"), InlineData("**/train[-._ 0-9]*", "trainer.csv", false)]
    public void A_pattern_matches_what_it_matches_in_Python(string pattern, string file, bool expected = true) =>
        new FilePattern(pattern).IsMatch(file).Should().Be(expected);

    [Theory, InlineData("**.csv", "data/**/*.csv"), InlineData("a/b**/c", "must be a whole part"), InlineData("[z-a].csv", "range")]
    public void Invalid_patterns_are_errors(string pattern, string message) =>
        pattern.Invoking(it => new FilePattern(it)).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain(message);

    [Fact]
    public void A_pattern_that_is_too_long_is_an_error() =>
        new string('é', 50_000).Invoking(it => new FilePattern(it)).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("is too long");
}
