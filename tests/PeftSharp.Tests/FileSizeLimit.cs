using System.Runtime.InteropServices;

namespace PeftSharp.Tests;

/// <summary>
/// Limits the size of files until it is disposed. To the program it looks like a full disk: a write fails after a part of the data.
/// </summary>
internal sealed partial class FileSizeLimit : IDisposable
{
    private const int FileSize = 1, TooLargeSignal = 25, Ignore = 1;      // RLIMIT_FSIZE, SIGXFSZ, SIG_IGN, the same on Linux and macOS
    private readonly Limits _before;

    internal FileSizeLimit(long bytes)
    {
        _ = Signal(TooLargeSignal, Ignore);                               // else the kernel ends the process instead of failing the write
        Must(Get(FileSize, out _before));
        Must(Set(FileSize, _before with { Soft = (ulong)bytes }));
    }

    internal static void Require() => Skip.If(OperatingSystem.IsWindows(), "Windows has no limit of a file's size.");

    public void Dispose() => Must(Set(FileSize, _before));

    private static void Must(int result) =>
        Assert.True(result == 0, $"The limit of a file's size cannot be set: error {Marshal.GetLastPInvokeError()}.");

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int Get(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int Set(int resource, in Limits limits);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);
}
