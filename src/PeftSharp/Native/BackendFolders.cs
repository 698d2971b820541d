using System.Runtime.InteropServices;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>The folders that may contain the native libraries of a program, ordered from most to least specific.</summary>
internal static class BackendFolders
{
    /// <summary>The environment variable for a folder that is searched first on Linux, such as <c>torch/lib</c> of a Python installation of
    /// the same version.</summary>
    internal const string Variable = "PEFTSHARP_BACKEND";

    /// <summary>The runtime identifier of this process, such as <c>linux-x64</c>.</summary>
    internal static string Rid { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") +
        $"-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The existing folders, without duplicates.</summary>
    internal static IReadOnlyList<string> Find() =>
        [.. Candidates().Where(Directory.Exists).Select(Path.GetFullPath).Select(Path.TrimEndingDirectorySeparator).Distinct()];

    /// <summary>The files that match a name or pattern (<c>libgomp*.so*</c>) in the first folder that has any.</summary>
    internal static IReadOnlyList<string> Files(IEnumerable<string> folders, string pattern) =>
        folders.Select(folder => Directory.GetFiles(folder, pattern)).FirstOrDefault(files => files.Length > 0) ?? [];

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            yield return chosen;

        // The host's list from deps.json: runtimes/<rid>/native of the program, packages, the extraction folder of a single-file program.
        foreach (var folder in List((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")))
            yield return folder;

        // If a host loads the program as a plug-in, the list and the base folder are the host's, but TorchSharp is in the program's folder.
        foreach (var start in new[] { AppContext.BaseDirectory, FolderOfTorchSharp() })
        {
            if (start is null) continue;
            yield return start;
            yield return Path.Combine(start, "runtimes", Rid, "native");
        }

        // The system's loader finds libraries here by name, but patching needs the path of the file.
        foreach (var folder in List(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")))
            yield return folder;
    }

    private static string[] List(string? folders) => (folders ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

#pragma warning disable IL3000   // an empty location (single-file program) is handled: the host's list contains the folder then
    private static string? FolderOfTorchSharp() =>
        typeof(torch).Assembly.Location is { Length: > 0 } path ? Path.GetDirectoryName(path) : null;
#pragma warning restore IL3000
}
