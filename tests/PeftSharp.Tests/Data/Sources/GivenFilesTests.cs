using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Sources;

/// <summary>Several files and patterns that the caller names.</summary>
public sealed class GivenFilesTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public GivenFilesTests()
    {
        foreach (var name in new[] { "a.csv", "part-1.data", "part-2.data", "x/y/part-3.data", "x/part-4.data", ".h/part-5.data" })
            _folder.Write(name, $"name\n{name}\n");
    }

    public void Dispose() => _folder.Dispose();

    private string At(string pattern) => Path.Combine(_folder.Path, pattern);

    [Theory]
    [InlineData("a.csv part-*.data", "a.csv part-1.data part-2.data"), InlineData("part-2.data part-*.data", "part-2.data part-1.data")]
    [InlineData("**/part-*.data", "part-1.data part-2.data x/part-4.data x/y/part-3.data"), InlineData("*/part-[34].data", "x/part-4.data")]
    [InlineData("x/**", "x/part-4.data x/y/part-3.data"), InlineData(".h/*", ".h/part-5.data"), InlineData("x/y", "x/y/part-3.data")]
    public void Files_are_read_in_the_order_of_the_patterns(string patterns, string expected) =>
        Datasets.LoadDataset("csv", dataFiles: [.. patterns.Split(' ').Select(At)])["train"]["name"].Should().Equal(expected.Split(' '));

    [Fact]
    public void Each_split_may_have_several_patterns()
    {
        var splits = Datasets.LoadDataset("csv", new DatasetLoadOptions
        {
            DataFiles = new Dictionary<string, IReadOnlyList<string>>
            {
                ["train"] = [At("a.csv"), At("x/*.data")],
                ["dev.2"] = [At("part-?.data")],
            },
        });
        splits["train"]["name"].Should().Equal("a.csv", "x/part-4.data");
        splits["dev.2"]["name"].Should().Equal("part-1.data", "part-2.data");
    }

    [Fact]
    public void A_pattern_without_a_file_is_an_error_even_beside_others()
    {
        FluentActions.Invoking(() => Datasets.LoadDataset("csv", dataFiles: [At("a.csv"), At("none-*.csv")]))
            .Should().ThrowExactly<FileNotFoundException>().WithMessage("*none-*");
        FluentActions.Invoking(() => Datasets.LoadDataset("csv", dataFiles: [])).Should().ThrowExactly<ArgumentException>();
        var twice = new DatasetLoadOptions { DataFiles = new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["b"] } };
        FluentActions.Invoking(() => Datasets.LoadDataset("csv", ["x"], twice)).Should().ThrowExactly<ArgumentException>();
    }
}
