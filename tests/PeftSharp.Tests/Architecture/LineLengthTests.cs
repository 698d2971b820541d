namespace PeftSharp.Tests.Architecture;

/// <summary>Lines of C# code have at most 140 columns, the <c>max_line_length</c> of <c>.editorconfig</c>.</summary>
public sealed class LineLengthTests
{
    private const int MaxColumns = 140;

    [Theory, InlineData("src"), InlineData("samples"), InlineData("benchmarks"), InlineData("tests")]
    public void Lines_have_at_most_140_columns(string folder)
    {
        var root = ReferenceRoot.Repository;
        var files = Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal).ToArray();
        var longLines = files.SelectMany(file => LongLines(file, File.ReadLines(Path.Combine(root, file)))).ToArray();

        files.Should().NotBeEmpty();
        Assert.True(longLines.Length == 0, string.Join(Environment.NewLine, longLines));
    }

    [Fact]
    public void The_message_contains_the_file_the_line_and_the_number_of_columns()
    {
        string[] lines = [new('a', MaxColumns), new('b', MaxColumns + 1), "", new('c', 200)];

        LongLines("src/A.cs", lines).Should().Equal(
            "src/A.cs:2 has 141 columns. Break the line: at most 140 are allowed.",
            "src/A.cs:4 has 200 columns. Break the line: at most 140 are allowed.");
    }

    private static IEnumerable<string> LongLines(string file, IEnumerable<string> lines) =>
        lines.Index().Where(line => line.Item.Length > MaxColumns).Select(line =>
            $"{file}:{line.Index + 1} has {line.Item.Length} columns. Break the line: at most {MaxColumns} are allowed.");
}
