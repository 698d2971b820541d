using System.Globalization;
using System.Text;

namespace PeftSharp.Internal;

/// <summary>Recognizes Git LFS pointers: small text files that stand for large ones until <c>git lfs pull</c> replaces them.</summary>
internal static class GitLfsPointer
{
    private const int MaxLength = 1024;      // by the specification a pointer is shorter
    private const string Version = "version https://git-lfs.github.com/spec/";

    /// <summary>Whether the file exists and is a pointer.</summary>
    internal static bool IsPointer(string path) => Fields(path) is not null;

    /// <summary>For an error message: that the file is a pointer, to how many bytes, and how to get them.</summary>
    internal static string Describe(string path)
    {
        var size = Fields(path)?.FirstOrDefault(line => line.StartsWith("size ", StringComparison.Ordinal))?[5..];
        var bytes = long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? $" of {number.ToString(CultureInfo.InvariantCulture)} bytes" : "";
        return $"'{path}' is a Git LFS pointer, a small text file that stands for the real file{bytes}. Get the real file: run 'git lfs install' and 'git lfs pull' in its repository, or download it from the hub.";
    }

    private static string[]? Fields(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaxLength)
            return null;
        var text = File.ReadAllText(path, Encoding.UTF8);
        return text.StartsWith(Version, StringComparison.Ordinal) ? text.Split('\n', StringSplitOptions.TrimEntries) : null;
    }
}
