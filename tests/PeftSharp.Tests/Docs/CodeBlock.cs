using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Docs;

/// <summary>A C# block of a Markdown text and the region of a compiled file that it shows.</summary>
/// <param name="Line">Where the block starts, from 1.</param>
/// <param name="Code">Its lines.</param>
/// <param name="Region">NAME of <c>&lt;!-- region: NAME in PATH --&gt;</c> on the line above; null where there is none.</param>
/// <param name="File">PATH of the same, from the root of the repository.</param>
internal sealed partial record CodeBlock(int Line, string Code, string? Region, string? File)
{
    internal static IEnumerable<CodeBlock> In(string markdown)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!Fence().IsMatch(lines[i])) continue;
            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            if (end < 0) throw new FormatException($"The block that starts in line {i + 1} does not end.");
            var mark = Mark().Match(lines.Take(i).LastOrDefault(line => line.Trim().Length > 0) ?? "");
            yield return new CodeBlock(i + 1, string.Join('\n', lines[(i + 1)..end]).TrimEnd(),
                mark.Success ? mark.Groups["name"].Value : null, mark.Success ? mark.Groups["path"].Value : null);
            i = end;
        }
    }

    /// <summary>
    /// The lines between <c>#region readme-NAME</c> and the next <c>#endregion</c>, without their common indentation. Null if there is no
    /// such region. Names joined by <c>+</c> are several regions with a blank line between them,
    /// such as the using lines of a file and the body of a method in it.
    /// </summary>
    internal static string? RegionOf(string source, string name)
    {
        if (name.Contains('+', StringComparison.Ordinal))
        {
            string?[] parts = [.. name.Split('+').Select(part => RegionOf(source, part))];
            return parts.Contains(null) ? null : string.Join("\n\n", parts);
        }
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        var start = Array.FindIndex(lines, line => line.Trim() == $"#region readme-{name}");
        var end = start < 0 ? -1 : Array.FindIndex(lines, start, line => line.Trim().StartsWith("#endregion", StringComparison.Ordinal));
        if (end < 0) return null;
        var region = lines[(start + 1)..end];
        var margin = region.Where(line => line.Trim().Length > 0)
            .Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', region.Select(line => line.Length < margin ? "" : line[margin..].TrimEnd())).Trim('\n');
    }

    [GeneratedRegex(@"^```\s*(csharp|cs|c#)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^<!-- region: (?<name>\S+) in (?<path>\S+) -->\s*$")]
    private static partial Regex Mark();
}
