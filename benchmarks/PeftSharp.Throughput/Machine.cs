using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TorchSharp;

namespace PeftSharp.Throughput;

/// <summary>Returns the memory and time of the process, and prints results.</summary>
internal static class Machine
{
    /// <summary>Peak memory of the process in MB (2^20 bytes), as in the Python scripts.</summary>
    internal static long PeakMegabytes()
    {
        if (!File.Exists("/proc/self/status"))
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 >> 20;
        }
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }

    /// <summary>Seconds since the operating system started the process.</summary>
    internal static double SecondsSinceStart()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTime.Now - process.StartTime).TotalSeconds;
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Prints the line: versions, options, results.</summary>
    internal static int Print(JsonObject options, params IEnumerable<(string Name, double Value)> results)
    {
        var line = new JsonObject
        {
            ["peer"] = $"PeftSharp {typeof(PeftSharpException).Assembly.GetName().Version?.ToString(3)} "
                + $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)} libtorch {torch.__version__}",
        };
        foreach (var (name, value) in options) line[name] = value?.DeepClone();
        foreach (var (name, value) in results) line[name] = value;
        Console.WriteLine(line.ToJsonString());
        return 0;
    }
}
