using System.Runtime.CompilerServices;

namespace PeftSharp.Tests.Serialization;

/// <summary>The recorded files these tests compare with; a root that lacks them skips the test.</summary>
internal static class Recordings
{
    internal static string Root { get; } = Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") is { Length: > 0 } root
        ? root
        : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "fixtures", "reference"));

    internal static IReadOnlyList<string> Files(string pattern)
    {
        var files = Directory.Exists(Root)
            ? Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList()
            : [];
        Skip.If(files.Count == 0, $"'{Root}' holds no {pattern}");
        return files;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
