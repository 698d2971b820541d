using System.Text.RegularExpressions;
using TorchSharp;

namespace PeftSharp.Native;

/// <summary>Creates the exceptions for a native backend that cannot be loaded. Each message contains a remedy.</summary>
internal static partial class BackendErrors
{
    private static readonly string[] _supported = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>No folder contains libtorch: usually no backend package is referenced.</summary>
    internal static NativeBackendException NoBackend(IReadOnlyList<string> folders) => new(
        _supported.Contains(BackendFolders.Rid)
            ? $"No native backend for {BackendFolders.Rid} was found: the program references PeftSharp, "
                + "but no package that contains libtorch. Add one to the program's project. "
                + $"For the CPU: 'dotnet add package TorchSharp-cpu --version {Version}'{SmallerPackage()}{GpuPackage()}. "
                + $"Or set {BackendFolders.Variable} to a folder with the libraries. {Searched(folders)}"
            : $"TorchSharp {Version} does not support {BackendFolders.Rid}. "
                + $"Supported platforms: {string.Join(", ", _supported)}. {Searched(folders)}");

    /// <summary>libtorch was found, but not TorchSharp's native library, which connects it to .NET.</summary>
    internal static NativeBackendException NoTorchSharp(string file, IReadOnlyList<string> folders) => new(
        $"'{file}' was not found. libtorch was found, but the native library of the package TorchSharp {Version}, "
        + $"which connects libtorch to .NET, was not. A build copies this library from runtimes/{BackendFolders.Rid}/native in the "
        + $"folder of the package; copy it to the folder of the program. {Searched(folders)}");

    /// <summary>A library was found, but the system's loader cannot load it.</summary>
    internal static NativeBackendException DoesNotLoad(string file, string reason)
    {
        // The first line of .NET's message is general advice. The errors of the system's loader follow.
        var details = string.Join("; ", reason.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith("Unable to load shared library", StringComparison.Ordinal)).Distinct());
        return new($"'{file}' could not be loaded: {(details.Length > 0 ? details : reason)}. {Remedy(reason)}");
    }

    /// <summary>The system requires a patched copy of the library, which could not be written.</summary>
    internal static NativeBackendException NotPatched(string file, Exception error) => new(
        $"'{file}' requires {GlibcxxPatch.Version}, which this system's libstdc++ does not provide, "
        + $"and a patched copy that does not require it could not be written: {error.Message} "
        + "Set XDG_CACHE_HOME to a folder that this user can write to.", error);

    private static string? Version => typeof(torch).Assembly.GetName().Version?.ToString(3);

    private static string Searched(IReadOnlyList<string> folders) => $"Searched: {string.Join(", ", folders)}.";

    private static string GpuPackage() => BackendFolders.Rid switch
    {
        "linux-x64" => "; for NVIDIA GPUs: TorchSharp-cuda-linux",
        "win-x64" => "; for NVIDIA GPUs: TorchSharp-cuda-windows",
        _ => "",
    };

    private static string SmallerPackage() =>
        OperatingSystem.IsLinux() ? " (or libtorch-cpu-linux-x64, without the other platforms' files)" : "";

    private static string Remedy(string reason) => reason switch
    {
        _ when MissingVersion().Match(reason) is { Success: true } match =>
            $"This system is too old ({match.Value} is missing). Use a newer system, such as Ubuntu 24.04 or Debian 13.",
        _ when MissingLibrary().Match(reason) is { Success: true } match =>
            $"Install the system package that contains {match.Groups[1].Value}. If it belongs to the backend package, "
            + "restore that package again.",
        _ when reason.Contains("file too short", StringComparison.Ordinal)
            || reason.Contains("invalid ELF header", StringComparison.Ordinal)
            || reason.Contains("cannot be loaded", StringComparison.Ordinal) =>
            "The file is incomplete. Delete its package's folder (libtorch-*, torchsharp) in the package cache and restore again.",
        _ when reason.Contains("failed to map segment", StringComparison.Ordinal) =>
            "Its folder does not allow execution (for example, because of a noexec mount). "
                + "Move the program, or set XDG_CACHE_HOME to another folder.",
        _ => "Reference exactly one backend package (TorchSharp-cpu or TorchSharp-cuda-*) with the version of TorchSharp, "
            + $"or set {BackendFolders.Variable} to a folder with the libraries.",
    };

    [GeneratedRegex("(GLIBC|GLIBCXX|CXXABI|GCC)_[0-9.]+(?=' not found)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(\S+): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
