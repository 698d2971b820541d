using System.Globalization;

namespace PeftSharp.Throughput;

/// <summary>Measures the private memory of the process (on Linux: anonymous pages), without the shared pages of mapped files.</summary>
internal sealed class OwnMemory : IDisposable
{
    private readonly Timer _timer;

    internal OwnMemory()
    {
        GC.Collect();
        Before = Peak = Now();
        _timer = new Timer(_ => Peak = Math.Max(Peak, Now()), null, 20, 20);
    }

    /// <summary>Megabytes at the start.</summary>
    internal long Before { get; }

    /// <summary>The maximum in megabytes.</summary>
    internal long Peak { get; private set; }

    public void Dispose() => _timer.Dispose();

    private static long Now()
    {
        if (!File.Exists("/proc/self/status"))
            return Environment.WorkingSet >> 20;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon", StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }
}
