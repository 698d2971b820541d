namespace PeftSharp.Internal;

/// <summary>Writes folders atomically: to a temporary folder beside the final one, which is renamed when it is complete.</summary>
internal static class AtomicFolder
{
    private const string ReplacedSuffix = ".replaced";

    /// <summary>
    /// Writes a folder with <paramref name="write"/>, whose argument is the temporary folder. If it throws, an existing folder is
    /// unchanged.
    /// </summary>
    /// <remarks>The caller has checked that an existing folder may be replaced with everything in it.</remarks>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message contains the path.</exception>
    internal static void Write(string folder, Action<string> write)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(folder) ?? throw new IOException($"'{folder}' is a root folder. Choose a folder in it.");
        FolderAccess.Create(parent);
        Recover(folder);
        TemporaryEntry.RemoveAbandoned(parent);
        var temporary = TemporaryEntry.NameFor(folder);
        using var inUse = Explain(folder, () => TemporaryEntry.Lock(temporary));
        Explain(folder, () =>
        {
            try
            {
                Directory.CreateDirectory(temporary);
                write(temporary);
                Replace(folder, temporary);
            }
            finally
            {
                TryDelete(temporary);
            }
            return true;
        });
    }

    /// <summary>
    /// Restores a folder if a process was ended between the two renames of a replacement: the previous folder exists under another name.
    /// </summary>
    internal static void Recover(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent || !Directory.Exists(parent))
            return;
        foreach (var replaced in Directory.GetDirectories(parent, $"{Path.GetFileName(folder)}.*.tmp{ReplacedSuffix}"))
            if (Directory.Exists(replaced[..^ReplacedSuffix.Length]) && TemporaryEntry.IsAbandoned(replaced[..^ReplacedSuffix.Length]))
            {
                Directory.Move(replaced, folder);
                return;
            }
    }

    private static void Replace(string folder, string temporary)
    {
        var replaced = temporary + ReplacedSuffix;
        var exists = Directory.Exists(folder);
        if (exists)
            Directory.Move(folder, replaced);
        try
        {
            Directory.Move(temporary, folder);
        }
        catch when (exists)
        {
            Directory.Move(replaced, folder);
            throw;
        }
        if (exists)
            TryDelete(replaced);
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        // Files that another process reads (Windows); RemoveAbandoned tries again.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    private static T Explain<T>(string folder, Func<T> action)
    {
        try
        {
            return action();
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
}
