using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace PeftSharp.Internal;

/// <summary>Creates names for temporary files and folders, and removes the temporary files and folders of terminated processes.</summary>
/// <remarks>
/// An entry is in use while a process holds a lock: on the file itself or, for a folder, on a file with the same name and the suffix
/// <c>.lock</c>. The operating system releases the lock when the process ends for any reason. Process ids would be unreliable: they are
/// reused, and in containers they often start at 1. Locks may not be visible to another machine that shares the folder, so the name
/// contains a hash of the machine's name, and entries of other machines are removed only if they have not been written to for a day.
/// </remarks>
internal static partial class TemporaryEntry
{
    private const string LockEnding = ".lock";
    private const int Attempts = 20;
    private static readonly TimeSpan _abandoned = TimeSpan.FromDays(1);
    private static readonly string _machine = Convert.ToHexStringLower(
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Environment.MachineName)))[..8];

    /// <summary>A unique name in the folder of <paramref name="path"/>.</summary>
    internal static string NameFor(string path) => $"{path}.{_machine}-{Guid.NewGuid():N}.tmp";

    /// <summary>
    /// Returns the path from which <see cref="NameFor"/> created a name. Null: the name does not belong to a temporary entry.
    /// </summary>
    internal static string? TargetOf(string name) => Name().Match(name) is { Success: true } match ? name[..match.Index] : null;

    /// <summary>Creates a temporary file in the folder of <paramref name="path"/>. It is in use until the stream is disposed.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static FileStream Create(string path, int bufferSize)
    {
        for (var attempt = 1; ; attempt++)
            if (TryCreate(NameFor(path), FileShare.Delete, bufferSize, FileOptions.None, isLast: attempt == Attempts) is { } stream)
                return stream;
    }

    /// <summary>
    /// Marks the folder <paramref name="name"/> as in use until the result is disposed. Call this method before the folder is created.
    /// </summary>
    /// <exception cref="IOException">The parent folder cannot be written.</exception>
    internal static FileStream Lock(string name)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt == Attempts;
            if (TryCreate(name + LockEnding, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose, isLast) is { } stream) return stream;
        }
    }

    /// <summary>
    /// Creates and locks a file. Returns null if another process removed the file as abandoned before it was locked; the caller then tries
    /// again.
    /// </summary>
    private static FileStream? TryCreate(string name, FileShare share, int bufferSize, FileOptions options, bool isLast)
    {
        try
        {
            var stream = new FileStream(name, FileMode.CreateNew, FileAccess.Write, share, bufferSize, options);
            if (File.Exists(name)) return stream;            // it exists and is locked, so no process removes it
            stream.Dispose();
            return null;
        }
        catch (IOException error) when (!isLast && error is not DirectoryNotFoundException)
        {
            Thread.Sleep(1);
            return null;
        }
    }

    /// <summary>Removes the temporary files and folders in <paramref name="folder"/> that no running process uses. Entries that cannot be
    /// removed are ignored; nothing reads files with such names.</summary>
    internal static void RemoveAbandoned(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*.tmp*").ToArray())
        {
            if (Name().Match(entry.Name) is not { Success: true } name || !IsAbandoned(entry, name)) continue;
            try
            {
                if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
                else Lock(entry).Dispose();
            }
            // Another process removes the entry at the same time, or it belongs to another user.
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
        }
    }

    /// <summary>Returns whether a file, or a folder that contains it, is a temporary entry.</summary>
    internal static bool IsTemporary(string path) => path.Split('/').Any(part => Name().IsMatch(part));

    /// <summary>Whether no process writes to the folder with this temporary name.</summary>
    internal static bool IsAbandoned(string path) =>
        Name().Match(Path.GetFileName(path)) is { Success: true } name && IsAbandoned(new DirectoryInfo(path), name);

    private static bool IsAbandoned(FileSystemInfo entry, Match name)
    {
        if (name.Groups["machine"].Value != _machine) return DateTime.UtcNow - LastWrite(entry) > _abandoned;
        return !IsLocked(entry is DirectoryInfo ? entry.FullName + LockEnding : entry.FullName);
    }

    private static DateTime LastWrite(FileSystemInfo entry) => entry is DirectoryInfo folder
        ? !folder.Exists ? DateTime.UtcNow : folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.LastWriteTimeUtc)
            .Append(folder.LastWriteTimeUtc).Max()
        : entry.LastWriteTimeUtc;

    /// <summary>
    /// Locks an abandoned file and deletes it when the result is disposed. A process that has just created this file cannot lock it and
    /// tries again.
    /// </summary>
    private static FileStream Lock(FileSystemInfo file) =>
        new(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

    private static bool IsLocked(string file)
    {
        try
        {
            using var opened = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return false;
        }
        catch (FileNotFoundException) { return false; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return true; }
    }

    /// <summary>Matches current names, and names of earlier versions, which contain a process id instead of the machine.</summary>
    [GeneratedRegex(
        @"\.(?:(?<machine>[0-9a-f]{8})-[0-9a-f]{32}|[0-9]+-[0-9a-f]{32}|(?<=checkpoint-[0-9]+\.)[0-9]+|(?<=^\.)[0-9a-f]{32})"
        + @"\.tmp(?:\.lock)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
