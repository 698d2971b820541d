using System.Globalization;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>The memory that a call used: what it allocated in managed memory, and by how much the process grew (on Linux).</summary>
internal readonly struct FuzzMemory
{
    private readonly long _allocated, _resident;

    private FuzzMemory(long allocated, long resident) => (_allocated, _resident) = (allocated, resident);

    internal static FuzzMemory Start()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");           // the peak starts at the present size
        return new(GC.GetTotalAllocatedBytes(), Peak());
    }

    internal (string Kind, string Message)? Excess(long allocationLimit, long residentLimit)
    {
        var allocated = GC.GetTotalAllocatedBytes() - _allocated;
        if (allocated > allocationLimit) return ("allocation", $"{allocated:N0} bytes were allocated; the limit is {allocationLimit:N0}.");
        var grown = Peak() - _resident;
        return grown > residentLimit ? ("memory", $"The process grew by {grown:N0} bytes; the limit is {residentLimit:N0}.") : null;
    }

    private static long Peak()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 3).Trim(), CultureInfo.InvariantCulture);
        return 0;
    }
}
