namespace PeftSharp.Tests;

/// <summary>The recorded values of the Python peers: the folder that PEFTSHARP_REFERENCE names, or the copy in tests/fixtures.</summary>
internal static class ReferenceRoot
{
    internal static string Repository { get; } = FindRepository();

    internal static string Path { get; } = Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") is { Length: > 0 } root
        ? System.IO.Path.GetFullPath(root, Repository) : System.IO.Path.Combine(Repository, "tests", "fixtures", "reference");

    internal static string? TryFind(params string[] parts)
    {
        var path = System.IO.Path.Combine([Path, .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    internal static string Require(params string[] parts)
    {
        var path = TryFind(parts);
        Skip.If(path is null, $"'{System.IO.Path.Combine(parts)}' is not in {Path}.");
        return path!;
    }

    /// <summary>Names of the folders in <paramref name="folder"/> that match; one empty name, which the test skips, where there are none.</summary>
    internal static TheoryData<string> Cases(string folder, string pattern)
    {
        var path = System.IO.Path.Combine(Path, folder);
        var names = Directory.Exists(path) ? Directory.GetDirectories(path, pattern).Select(name => System.IO.Path.GetFileName(name)!).Order(StringComparer.Ordinal).ToArray() : [];
        return new TheoryData<string>(names.Length > 0 ? names : [""]);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "PeftSharp.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No PeftSharp.sln above {AppContext.BaseDirectory}.");
    }
}
