using System.Globalization;
using System.Runtime.InteropServices;

namespace PeftSharp.Native;

/// <summary>The settings of glibc's heap that determine when freed memory is returned to the system.</summary>
/// <remarks>
/// glibc has no function that returns the current values, so <see cref="Restore"/> sets the values with which the process started: from
/// the environment (<c>MALLOC_TRIM_THRESHOLD_</c>, <c>MALLOC_MMAP_THRESHOLD_</c>, <c>GLIBC_TUNABLES</c>), or glibc's defaults of 128 KiB.
/// Values that the program set with <c>mallopt</c> are lost, and glibc's automatic adjustment of both thresholds remains off after a call
/// of <c>mallopt</c>: glibc has no function that turns it on again.
/// </remarks>
internal sealed unsafe class GlibcHeap
{
    private const int TrimThreshold = -1, MmapThreshold = -3;              // mallopt's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
    private const int Default = 128 << 10;
    private const int HighMmapThreshold = 1 << 30, HighestOfOlderVersions = 32 << 20;

    private readonly delegate* unmanaged<int, int, int> _setOption;
    private readonly delegate* unmanaged<nuint, int> _trim;

    private GlibcHeap(nint setOption, nint trim)
    {
        _setOption = (delegate* unmanaged<int, int, int>)setOption;
        _trim = (delegate* unmanaged<nuint, int>)trim;
    }

    /// <summary>Finds the functions of glibc. Null if the C library is not glibc.</summary>
    internal static GlibcHeap? TryFind()
    {
        var program = NativeLibrary.GetMainProgramHandle();
        return NativeLibrary.TryGetExport(program, "mallopt", out var setOption)
            && NativeLibrary.TryGetExport(program, "malloc_trim", out var trim)
            ? new(setOption, trim)
            : null;
    }

    /// <summary>Keeps freed memory in the process, including large blocks, until <see cref="Trim"/> is called.</summary>
    internal void KeepFreedMemory()
    {
        if (_setOption(MmapThreshold, HighMmapThreshold) == 0) _ = _setOption(MmapThreshold, HighestOfOlderVersions);
        _ = _setOption(TrimThreshold, int.MaxValue);
    }

    /// <summary>Restores the initial thresholds and returns freed memory to the system.</summary>
    internal void Restore()
    {
        _ = _setOption(MmapThreshold, Initial("MALLOC_MMAP_THRESHOLD_", "glibc.malloc.mmap_threshold="));
        _ = _setOption(TrimThreshold, Initial("MALLOC_TRIM_THRESHOLD_", "glibc.malloc.trim_threshold="));
        Trim();
    }

    /// <summary>Returns all freed memory to the system now.</summary>
    internal void Trim() => _ = _trim(0);

    private static int Initial(string variable, string tunable)
    {
        var fromTunables = Environment.GetEnvironmentVariable("GLIBC_TUNABLES")?.Split(':')
            .LastOrDefault(part => part.StartsWith(tunable, StringComparison.Ordinal))?[tunable.Length..];
        var text = fromTunables ?? Environment.GetEnvironmentVariable(variable);
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : Default;
    }
}
