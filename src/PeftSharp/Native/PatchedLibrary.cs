using System.Security.Cryptography;
using PeftSharp.Internal;

namespace PeftSharp.Native;

/// <summary>The patched copy of a native library, kept under the hash of its original in the user's cache folder.</summary>
internal static class PatchedLibrary
{
    /// <summary>Makes sure that a whole patched copy of <paramref name="original"/> lies in <paramref name="folder"/>, and returns its path.</summary>
    /// <remarks>A copy that is already there is compared byte for byte, so one that was cut short or changed is replaced; it is renamed into place, so a process beside this one never sees half a file.</remarks>
    /// <exception cref="NativeBackendException">The original cannot be patched.</exception>
    /// <exception cref="IOException">The original cannot be read, or the folder not be written.</exception>
    internal static string Place(string original, string folder)
    {
        var image = File.ReadAllBytes(original);
        var patched = GlibcxxPatch.Apply(image, original);
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(image)), Path.GetFileName(original));
        if (!Holds(path, patched))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(patched));
        }
        return path;
    }

    /// <summary>The user's own cache folder: <c>$XDG_CACHE_HOME/peftsharp</c>, else <c>~/.cache/peftsharp</c>; null where there is no home.</summary>
    internal static string? UserFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(cache ?? ""))               // the XDG specification: a relative one is to be ignored
            cache = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".cache") : null;
        return cache is null ? null : Path.Combine(cache, "peftsharp");
    }

    private static bool Holds(string path, byte[] expected)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } file && file.Length == expected.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(expected);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;                                          // unreadable: written anew, and that error is reported if it fails too
        }
    }
}
