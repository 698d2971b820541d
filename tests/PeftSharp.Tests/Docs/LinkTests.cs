using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Docs;

/// <summary>Links between the pages lead to files and headings that exist, and every page can be reached from the README.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => new(Directory.EnumerateFiles(ReferenceRoot.Repository, "*.md")
        .Concat(new[] { "docs", "benchmarks", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(At(folder), "*.md", SearchOption.AllDirectories)))
        .Select(path => Path.GetRelativePath(ReferenceRoot.Repository, path).Replace('\\', '/'))
        .Where(page => !page.Split('/').Any(part => part is "bin" or "obj")));

    [Theory, MemberData(nameof(Pages))]
    public void Links_lead_to_a_file_and_a_heading(string page)
    {
        foreach (var link in Links(File.ReadAllText(At(page))))
        {
            var (file, heading) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var path = file.Length == 0 ? At(page) : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(At(page))!, file));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: '{link}' does not exist.");
            if (heading is null) continue;
            Assert.True(Headings(File.ReadAllText(path)).Contains(heading), $"{page}: '{link}': '{file}' has no such heading.");
        }
    }

    [Fact]
    public void The_README_lists_every_page_of_docs()
    {
        var listed = Links(File.ReadAllText(At("README.md"))).ToHashSet(StringComparer.Ordinal);
        listed.Should().Contain(Directory.GetFiles(At("docs"), "*.md").Select(path => $"docs/{Path.GetFileName(path)}"));
    }

    [Fact]
    public void A_heading_becomes_the_anchor_that_GitHub_gives_it() =>
        Headings("# A step\ntext\n```\n# comment\n```\n## What's in it: `B` 2\n").Should().Equal("a-step", "whats-in-it-b-2");

    private static IEnumerable<string> Links(string markdown) => Link().Matches(Fenced().Replace(markdown, ""))
        .Select(match => match.Groups[1].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal));

    private static IEnumerable<string> Headings(string markdown) => Heading().Matches(Fenced().Replace(markdown, ""))
        .Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string At(string path) => Path.Combine(ReferenceRoot.Repository, path);

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[ \t]*```.*?^[ \t]*```[ \t]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
