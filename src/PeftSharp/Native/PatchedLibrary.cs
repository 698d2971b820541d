using System.Security.Cryptography;
using PeftSharp.Internal;

namespace PeftSharp.Native;

/// <summary>The patched copy of a native library in the user's cache folder; its path contains the hash of the original.</summary>
internal static class PatchedLibrary
{
    /// <summary>Ensures that <paramref name="folder"/> contains a complete patched copy of <paramref name="original"/>, and returns its
    /// path.</summary>
    /// <remarks>An existing copy is compared byte by byte and replaced if it was truncated or changed. The copy is written to a temporary
    /// file and renamed, so other processes never see an incomplete file.</remarks>
    /// <exception cref="NativeBackendException">The original cannot be patched.</exception>
    /// <exception cref="IOException">The original cannot be read, or the folder cannot be written.</exception>
    internal static string Place(string original, string folder)
    {
        var image = File.ReadAllBytes(original);
        var patched = GlibcxxPatch.Apply(image, original);
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(image)), Path.GetFileName(original));
        if (!Holds(path, patched))
        {
            FolderAccess.Create(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(patched));
        }
        return path;
    }

    /// <summary>The user's cache folder: <c>$XDG_CACHE_HOME/peftsharp</c>, or <c>~/.cache/peftsharp</c>; null if the user has no home
    /// folder.</summary>
    internal static string? UserFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(cache ?? ""))               // the XDG specification: relative paths are ignored
            cache = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
                ? Path.Combine(home, ".cache")
                : null;
        return cache is null ? null : Path.Combine(cache, "peftsharp");
    }

    private static bool Holds(string path, byte[] expected)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } file && file.Length == expected.Length
                && File.ReadAllBytes(path).AsSpan().SequenceEqual(expected);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;               // the caller writes the file again and reports an error of that write
        }
    }
}
