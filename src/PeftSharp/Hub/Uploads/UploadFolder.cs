using System.IO.Enumeration;
using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>Finds the files of a folder that are uploaded.</summary>
internal static class UploadFolder
{
    private static readonly string[] _ignored = [".git", ".cache/huggingface", "__pycache__"];

    /// <summary>Returns the files with their names in the repository, in the order of the names.</summary>
    /// <exception cref="ArgumentException">A name is not allowed in a repository.</exception>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    internal static UploadFile[] Find(string folder, string? pathInRepository, Func<string, bool>? filter)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder '{folder}' to upload does not exist.");
        // Links to folders are not followed, because a folder could contain a link to itself.
        var found = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return [.. found.Select(path => (path, Name: Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')))
            .Where(file => !IsIgnored(file.Name) && (filter?.Invoke(file.Name) ?? true))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => new UploadFile(file.path, NameOf(pathInRepository, file.Name, nameof(folder))))];
    }

    /// <summary>Returns the name of a file in the repository.</summary>
    /// <param name="pathInRepository">The folder in the repository; null: none.</param>
    /// <param name="name">The name of the file in this folder.</param>
    /// <param name="parameter">The parameter of the caller that determines the name, for the exception.</param>
    /// <exception cref="ArgumentException">The name is not allowed in a repository.</exception>
    internal static string NameOf(string? pathInRepository, string name, string parameter)
    {
        var result = string.IsNullOrEmpty(pathInRepository) ? name : $"{pathInRepository.Trim('/')}/{name}";
        HubName.CheckFile(result, parameter);
        return result;
    }

    private static bool IsIgnored(string name) => TemporaryEntry.IsTemporary(name)
        || _ignored.Any(folder => $"/{name}".Contains($"/{folder}/", StringComparison.Ordinal));
}
