namespace PeftSharp.Internal;

/// <summary>Checks folders from which files are loaded or to which they are saved. The error messages contain a remedy.</summary>
internal static class FolderAccess
{
    /// <summary>Creates the folder if it does not exist.</summary>
    /// <exception cref="IOException">The folder cannot be created, or a file of that name exists. The message contains the
    /// path.</exception>
    internal static void Create(string folder)
    {
        if (File.Exists(folder)) throw new IOException($"'{folder}' is a file. Nothing was saved. Choose a folder.");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"The folder '{folder}' cannot be written ({error.Message}). Nothing was saved. "
                + "Choose a folder that this user can write to.", error);
        }
    }

    /// <summary>
    /// Returns the reason why <paramref name="folder"/> cannot be loaded: it does not exist, or it is a file. Returns null if it is a
    /// folder.
    /// </summary>
    /// <param name="folder">The path that the caller passed.</param>
    /// <param name="files">The files that are expected in the folder.</param>
    internal static string? Obstacle(string folder, string files)
    {
        if (Directory.Exists(folder)) return null;
        if (File.Exists(folder)) return $"'{folder}' is a file. Pass the folder that contains {files}.";
        var fullPath = Path.IsPathFullyQualified(folder) ? "" : $" The full path is '{Path.GetFullPath(folder)}'.";
        return $"'{folder}' cannot be loaded: the folder does not exist, and this is not the name of a Hugging Face repository (NAME or "
            + $"OWNER/NAME).{fullPath} Correct the path: it must be the folder that contains {files}.";
    }
}
