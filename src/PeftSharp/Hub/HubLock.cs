namespace PeftSharp.Hub;

/// <summary>A lock between processes, compatible with Python's <c>filelock</c>: an exclusive lock of an open file.</summary>
internal static class HubLock
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until no other process or thread holds the lock.</summary>
    /// <returns>The lock, which is released when it is disposed.</returns>
    internal static async Task<IDisposable> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (; ; await Task.Delay(_pause, cancellationToken).ConfigureAwait(false))
        {
            if (TryOpen(path) is not { } file) continue;
            if (File.Exists(path)) return file;
            await file.DisposeAsync().ConfigureAwait(false);                        // Python deletes the file when it releases the lock
        }
    }

    private static FileStream? TryOpen(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                | UnixFileMode.OtherRead;
        try { return new FileStream(path, options); }
        catch (IOException error) when (IsInUse(error)) { return null; }
    }

    /// <summary>Whether the error is EAGAIN (Linux, macOS) or a sharing or lock violation (Windows).</summary>
    private static bool IsInUse(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);
}
