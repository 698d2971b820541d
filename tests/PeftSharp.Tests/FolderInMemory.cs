using System.Runtime.CompilerServices;

namespace PeftSharp.Tests;

/// <summary>
/// Temporary folders are in memory if the system has such a folder (Linux) and TMPDIR does not name another: checkpoints and datasets are
/// flushed to the disk before they get their name, and hundreds of tests would wait for it.
/// </summary>
internal static class FolderInMemory
{
    private const string Folder = "/dev/shm";
    private const long Required = 4L << 30;

#pragma warning disable CA2255      // The tests are a program.
    [ModuleInitializer]
    internal static void Set()
    {
        if (Environment.GetEnvironmentVariable("TMPDIR") is null && OperatingSystem.IsLinux() && Directory.Exists(Folder)
            && new DriveInfo(Folder).AvailableFreeSpace >= Required)
            Environment.SetEnvironmentVariable("TMPDIR", Folder);
    }
#pragma warning restore CA2255
}
