namespace PeftSharp.Tests.Docs;

/// <summary>Code that readers copy compiles: each C# block is a region of a file that a project of the solution compiles.</summary>
public sealed class ReadmeTests
{
    public static TheoryData<string> Pages => new(new[] { "README.md" }.Concat(Directory.Exists(At("docs"))
        ? Directory.GetFiles(At("docs"), "*.md").Select(path => Path.GetRelativePath(ReferenceRoot.Repository, path)) : []));

    [Theory, MemberData(nameof(Pages))]
    public void Each_code_block_is_the_region_it_names(string page)
    {
        foreach (var block in CodeBlock.In(File.ReadAllText(At(page))))
        {
            var place = $"{page}, line {block.Line}";
            if (block.Region is null)
            {
                // Other pages may also show fragments, such as a signature; the code of the README can be copied and run.
                Assert.True(page != "README.md", $"{place}: a C# block without its region. "
                    + "Put '<!-- region: NAME in samples/…/Program.cs -->' above it and '#region readme-NAME' around the code there.");
                continue;
            }
            Assert.True(File.Exists(At(block.File!)), $"{place}: '{block.File}' does not exist.");
            Assert.True(IsCompiled(At(block.File!)),
                $"{place}: no project of PeftSharp.sln compiles '{block.File}'. Add its project: dotnet sln add …");
            var region = CodeBlock.RegionOf(File.ReadAllText(At(block.File!)), block.Region);
            Assert.True(region is not null, $"{place}: '{block.File}' has no '#region readme-{block.Region}'.");
            Assert.True(region == block.Code,
                $"{place}: the block is not the region readme-{block.Region} of {block.File}, which is:\n{region}");
        }
    }

    [Fact]
    public void A_block_is_read_with_its_region_and_the_region_at_the_left_margin()
    {
        const string Page = "# Title\n\n<!-- region: first in samples/A/Program.cs -->\n```csharp\nvar x = 1;\n\n"
            + "if (x > 0)\n    x++;\n```\ntext\n```csharp\nloose();\n```\n```bash\nls\n```\n";
        const string Source = "class A\r\n{\r\n    #region readme-first\r\n    var x = 1;\r\n\r\n    if (x > 0)\r\n        x++;\r\n"
            + "    #endregion\r\n}\r\n";

        var blocks = CodeBlock.In(Page).ToArray();

        Assert.Equal(2, blocks.Length);
        Assert.Equal(("first", "samples/A/Program.cs", 4), (blocks[0].Region, blocks[0].File, blocks[0].Line));
        Assert.Equal(blocks[0].Code, CodeBlock.RegionOf(Source, "first"));
        Assert.Null(blocks[1].Region);
        Assert.Null(CodeBlock.RegionOf(Source, "second"));
        Assert.Equal("using A;\n\n" + blocks[0].Code,
            CodeBlock.RegionOf("#region readme-usings\nusing A;\n#endregion\n" + Source, "usings+first"));
        Assert.Null(CodeBlock.RegionOf(Source, "usings+first"));
        FluentActions.Invoking(() => CodeBlock.In("```csharp\nno end").ToArray()).Should().ThrowExactly<FormatException>();
    }

    /// <summary>Whether the nearest project above the file is one of the solution's.</summary>
    private static bool IsCompiled(string path)
    {
        var solution = File.ReadAllText(At("PeftSharp.sln")).Replace('\\', '/');
        for (var folder = Path.GetDirectoryName(path);
            folder is not null && folder.Length >= ReferenceRoot.Repository.Length;
            folder = Path.GetDirectoryName(folder))
        {
            if (Directory.GetFiles(folder, "*.csproj") is [var project, ..])
                return solution.Contains(
                    $"\"{Path.GetRelativePath(ReferenceRoot.Repository, project).Replace('\\', '/')}\"", StringComparison.Ordinal);
        }
        return false;
    }

    private static string At(string path) => Path.Combine(ReferenceRoot.Repository, path);
}
