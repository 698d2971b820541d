using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Docs;

public sealed partial class ArchitecturePageTests
{
    [Fact]
    public void The_folders_and_files_that_ARCHITECTURE_names_exist()
    {
        var source = Path.Combine(ReferenceRoot.Repository, "src", "PeftSharp");
        var named = Location().Matches(File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "ARCHITECTURE.md")))
            .Select(match => match.Groups[1].Value.TrimEnd('/')).Distinct().ToArray();
        named.Should().NotBeEmpty();
        var absent = named.Where(path => Directory.Exists(Path.Combine(source, path.Split('/')[0])))
            .Where(path => !Directory.Exists(Path.Combine(source, path)) && Files(Path.Combine(source, path)).Length == 0);
        string.Join(", ", absent).Should().BeEmpty("each of them is a place that a reader looks for");
    }

    /// <summary>The files of a type: Trainer.cs, Trainer.Steps.cs.</summary>
    private static string[] Files(string path) => Directory.Exists(Path.GetDirectoryName(path))
        ? Directory.GetFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}*.cs")
        : [];

    [GeneratedRegex("`([A-Z][A-Za-z]+/[A-Za-z/.]*)`")]
    private static partial Regex Location();
}
