using System.Text.RegularExpressions;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>Why the native backend is not there, in one message with the way out.</summary>
internal static partial class BackendErrors
{
    private static readonly string[] _served = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>No libtorch lies in any of the folders: as a rule no backend package is referenced.</summary>
    internal static NativeBackendException NoBackend(IReadOnlyList<string> folders) => new(
        _served.Contains(BackendFolders.Rid)
            ? $"No native backend for {BackendFolders.Rid} was found beside this program: it references PeftSharp, but no package with libtorch. "
              + $"Add one to the program's project, for the CPU 'dotnet add package TorchSharp-cpu --version {Version}'{Lighter()}, "
              + $"for NVIDIA GPUs TorchSharp-cuda-{(OperatingSystem.IsWindows() ? "windows" : "linux")} instead; or name a folder with the libraries in {BackendFolders.Variable}. {Searched(folders)}"
            : $"TorchSharp {Version} has no native libraries for {BackendFolders.Rid}, only for {string.Join(", ", _served)}. Run the program on one of these. {Searched(folders)}");

    /// <summary>libtorch is there, but not TorchSharp's library between it and .NET.</summary>
    internal static NativeBackendException NoTorchSharp(string file, IReadOnlyList<string> folders) => new(
        $"'{file}' was not found: libtorch is there, but the part of the package TorchSharp {Version} that lies between it and .NET is not. "
        + $"It is copied from the package's runtimes/{BackendFolders.Rid}/native when the program is built or published; put it there or beside the program. {Searched(folders)}");

    /// <summary>A library is there and the system's loader refuses it.</summary>
    internal static NativeBackendException DoesNotLoad(string file, string reason)
    {
        // .NET's text tells of LD_DEBUG and then of each name it tried; what the loader itself said is in the last lines.
        var said = string.Join("; ", reason.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith("Unable to load shared library", StringComparison.Ordinal)).Distinct());
        return new($"'{file}' does not load: {(said.Length > 0 ? said : reason)}. {WayOut(reason)}");
    }

    /// <summary>The system needs a patched copy and it could be written nowhere.</summary>
    internal static NativeBackendException NotPatched(string file, Exception error) => new(
        $"'{file}' needs {GlibcxxPatch.Version}, which this system's libstdc++ lacks, and a copy without that need could not be made: {error.Message} "
        + "Let XDG_CACHE_HOME name a folder that this user may write to.", error);

    private static string? Version => typeof(torch).Assembly.GetName().Version?.ToString(3);

    private static string Searched(IReadOnlyList<string> folders) => $"Searched: {string.Join(", ", folders)}.";

    private static string Lighter() => OperatingSystem.IsLinux() ? " (or libtorch-cpu-linux-x64, without the other platforms' files)" : "";

    private static string WayOut(string reason) => reason switch
    {
        _ when MissingVersion().Match(reason) is { Success: true } match =>
            $"This system is too old for it ({match.Value} is missing): use a newer one, e.g. Ubuntu 24.04 or Debian 13.",
        _ when MissingLibrary().Match(reason) is { Success: true } match =>
            $"Install the system package that has {match.Groups[1].Value}, or restore the backend package anew if that is a part of it.",
        _ when reason.Contains("file too short", StringComparison.Ordinal) || reason.Contains("invalid ELF header", StringComparison.Ordinal) || reason.Contains("cannot be loaded", StringComparison.Ordinal) =>
            "Its package was not restored whole: delete its folder (libtorch-*, torchsharp) in the package cache and restore again.",
        _ when reason.Contains("failed to map segment", StringComparison.Ordinal) =>
            "Its folder may not hold programs (mounted noexec?): let XDG_CACHE_HOME or the program's own folder be elsewhere.",
        _ => $"Let the project reference exactly one backend package (TorchSharp-cpu or TorchSharp-cuda-*) of TorchSharp's own version; or name a folder with the libraries in {BackendFolders.Variable}.",
    };

    [GeneratedRegex("(GLIBC|GLIBCXX|CXXABI|GCC)_[0-9.]+(?=' not found)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(\S+): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
