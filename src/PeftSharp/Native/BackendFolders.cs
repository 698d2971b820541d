using System.Runtime.InteropServices;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>The folders in which a program's native libraries may lie, the most specific first.</summary>
internal static class BackendFolders
{
    /// <summary>A folder named in this environment variable comes before all others, e.g. the <c>torch/lib</c> of a Python installation of the same version.</summary>
    internal const string Variable = "PEFTSHARP_BACKEND";

    /// <summary>This process's platform as packages call it, e.g. <c>linux-x64</c>.</summary>
    internal static string Rid { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") +
        $"-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The folders that exist, each once.</summary>
    internal static IReadOnlyList<string> Find() => 
        [.. Candidates().Where(Directory.Exists).Select(Path.GetFullPath).Select(Path.TrimEndingDirectorySeparator).Distinct()];

    /// <summary>The files of that name or pattern (<c>libgomp*.so*</c>), from the first folder that has any.</summary>
    internal static IReadOnlyList<string> Files(IEnumerable<string> folders, string pattern) =>
        folders.Select(folder => Directory.GetFiles(folder, pattern)).FirstOrDefault(files => files.Length > 0) ?? [];

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            yield return chosen;

        // What the host read from deps.json: runtimes/<rid>/native beside the program, its packages, a single file's extraction folder.
        foreach (var folder in List((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")))
            yield return folder;

        // Hosts that load a program as a plug-in know neither its deps.json nor its folder; where its TorchSharp lies is the best sign then.
        foreach (var start in new[] { AppContext.BaseDirectory, FolderOfTorchSharp() })
        {
            if (start is null) continue;
            yield return start;
            yield return Path.Combine(start, "runtimes", Rid, "native");
        }

        // The system's loader looks here by itself, but only by name; a library to be patched is needed as a file.
        foreach (var folder in List(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")))
            yield return folder;
    }

    private static string[] List(string? folders) => (folders ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

#pragma warning disable IL3000   // an empty location (single file) is handled: the host's list above has the folder then
    private static string? FolderOfTorchSharp() => typeof(torch).Assembly.Location is { Length: > 0 } path ? Path.GetDirectoryName(path) : null;
#pragma warning restore IL3000
}
