namespace PeftSharp.Internal;

/// <summary>Writes folders atomically: to a temporary folder beside the final one, which is renamed when it is complete.</summary>
internal static class AtomicFolder
{
    private const string ReplacedSuffix = ".old";

    /// <summary>
    /// Writes a folder with <paramref name="write"/>, whose argument is the temporary folder. If the function throws, an existing folder is
    /// unchanged.
    /// </summary>
    /// <remarks>The caller has checked that an existing folder may be replaced with everything in it.</remarks>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message contains the path.</exception>
    internal static void Write(string folder, Action<string> write)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(folder) ?? throw new IOException($"'{folder}' is a root folder. Choose a folder in it.");
        FolderAccess.Create(parent);
        RemoveAbandoned(parent);
        try
        {
            Replace(folder, write);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"'{folder}' cannot be written ({error.Message}). Choose a folder that this user can write to.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"'{folder}' was not written ({error.Message}). An existing folder is unchanged. "
                + "Free space on the disk or choose another folder.", error);
        }
    }

    /// <summary>Writes a folder like <see cref="Write"/>, but does not convert the exceptions of the file system.</summary>
    /// <param name="folder">The path of the folder, whose parent exists, without a separator at the end.</param>
    /// <param name="write">Writes the files.</param>
    internal static void Replace(string folder, Action<string> write)
    {
        var temporary = TemporaryEntry.NameFor(folder);
        var replaced = temporary + ReplacedSuffix;
        using var inUse = TemporaryEntry.Lock(temporary);
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (Directory.Exists(folder)) Directory.Move(folder, replaced);
            Directory.Move(temporary, folder);
            // The old folder is renamed, because RemoveAbandoned would restore it if the new folder were deleted.
            if (Directory.Exists(replaced)) Directory.Move(replaced, temporary);
        }
        catch
        {
            if (!Directory.Exists(folder) && Directory.Exists(replaced)) Directory.Move(replaced, folder);
            throw;
        }
        finally { TryDelete(temporary); }
    }

    /// <summary>
    /// Restores the folders in <paramref name="parent"/> whose replacement was interrupted by the end of its process, and removes temporary
    /// files and folders that no process uses.
    /// </summary>
    internal static void RemoveAbandoned(string parent)
    {
        foreach (var (replaced, temporary, folder) in Replaced(parent))
            try
            {
                if (Directory.Exists(folder)) TryDelete(replaced);
                else Directory.Move(replaced, folder);
                TryDelete(temporary);
            }
            // Another process restores the folder at the same time, or the folder belongs to another user. It is not removed.
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
        TemporaryEntry.RemoveAbandoned(parent);
    }

    /// <summary>Restores a folder whose replacement was interrupted by the end of its process.</summary>
    internal static void Recover(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent || !Directory.Exists(parent)) return;
        if (Replaced(parent).FirstOrDefault(entry => entry.Folder == folder).Name is { } replaced) Directory.Move(replaced, folder);
    }

    /// <summary>
    /// Returns the folders whose replacement was interrupted: for each, the name of the previous version, the name of the temporary folder,
    /// and the name of the folder.
    /// </summary>
    private static IEnumerable<(string Name, string Temporary, string Folder)> Replaced(string parent)
    {
        foreach (var name in Directory.GetDirectories(parent, $"*.tmp{ReplacedSuffix}"))
        {
            var temporary = name[..^ReplacedSuffix.Length];
            if (TemporaryEntry.TargetOf(temporary) is { } folder && TemporaryEntry.IsAbandoned(temporary))
                yield return (name, temporary, folder);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        // Another process reads files of the folder (Windows). The folder has a temporary name, and RemoveAbandoned tries again.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }
}
