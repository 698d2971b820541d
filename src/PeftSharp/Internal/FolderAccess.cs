namespace PeftSharp.Internal;

/// <summary>Folders that are loaded from and saved to, with messages that say what to do where one cannot be used.</summary>
internal static class FolderAccess
{
    /// <summary>Creates the folder where it is absent.</summary>
    /// <exception cref="IOException">The folder cannot be created, or a file has its name; the message names it.</exception>
    internal static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"The folder '{folder}' cannot be written ({error.Message}). Nothing was saved. Choose a folder that this user may write to.", error);
        }
    }

    /// <summary>Why nothing can be loaded from <paramref name="folder"/>: it is absent, or it is a file. Null where it is a folder.</summary>
    /// <param name="folder">The path that was given.</param>
    /// <param name="files">The files that are expected in it.</param>
    internal static string? Obstacle(string folder, string files)
    {
        if (Directory.Exists(folder)) return null;
        if (File.Exists(folder)) return $"'{folder}' is a file; pass the folder that holds {files}.";
        return $"'{folder}' cannot be loaded: there is no folder '{folder}'. Files are read from local folders; nothing is downloaded. "
            + $"If this is the name of a repository on a hub, download its files ({files}), for example with 'hf download {folder} --local-dir FOLDER', and pass that folder.";
    }
}
