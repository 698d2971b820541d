using System.Text;

namespace PeftSharp.Internal;

/// <summary>Recognizes Git LFS pointers: the small text files that a repository contains instead of large files until <c>git lfs pull</c>
/// downloads them.</summary>
internal static class GitLfsPointer
{
    private const int MaxBytes = 1024;      // the specification's limit

    private static ReadOnlySpan<byte> FirstLine => "version https://git-lfs.github.com/spec/v1"u8;

    /// <summary>Whether the file exists and is a pointer.</summary>
    internal static bool IsPointer(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length >= MaxBytes || file.Length < FirstLine.Length) return false;
        Span<byte> start = stackalloc byte[FirstLine.Length];
        try
        {
            using var stream = file.OpenRead();
            return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(FirstLine);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;                   // the caller opens the file next and reports the error
        }
    }

    /// <summary>An error message that describes the pointer and how to get the actual file.</summary>
    internal static string Describe(string path)
    {
        var size = File.ReadLines(path, Encoding.UTF8)
            .FirstOrDefault(line => line.StartsWith("size ", StringComparison.Ordinal))?[5..].Trim();
        return $"'{path}' is a Git LFS pointer, a small text file that replaces the actual file"
            + (size is null ? ". " : $" of {size} bytes. ")
            + "Run 'git lfs install' and 'git lfs pull' in its repository, or download the file and replace the pointer with it.";
    }
}
