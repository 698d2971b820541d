using System.Globalization;

namespace PeftSharp.Tests.Processes;

/// <summary>What a library could change in a process that belongs to the program.</summary>
internal sealed class ProcessState
{
    private readonly Dictionary<string, string> _values;

    private ProcessState(Dictionary<string, string> values) => _values = values;

    internal static ProcessState Now()
    {
        ThreadPool.GetMinThreads(out var minWorkers, out var minPorts);
        ThreadPool.GetMaxThreads(out var maxWorkers, out var maxPorts);
        return new(new()
        {
            ["environment of C code"] = ProcessMemory.NativeEnvironment(),
            ["environment"] = string.Join('\n', Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)
                .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}")),
            ["current directory"] = Environment.CurrentDirectory,
            ["culture"] =
                $"{CultureInfo.CurrentCulture.Name} {CultureInfo.CurrentUICulture.Name} {CultureInfo.DefaultThreadCurrentCulture?.Name}",
            ["thread pool"] = $"{minWorkers} {minPorts} {maxWorkers} {maxPorts}",
            ["signals"] = string.Join(' ', File.ReadLines("/proc/self/status")
                .Where(line => line.StartsWith("SigIgn", StringComparison.Ordinal) || line.StartsWith("SigCgt", StringComparison.Ordinal))),
            ["subnormal numbers"] = $"{Half(float.Epsilon * 4)} {Half(double.Epsilon * 4)}",
            ["rounding"] = $"{Third(1f):R}",
            ["large blocks are mapped"] = $"{ProcessMemory.LargeBlocksAreMapped()}",
            ["pages of code"] = $"{ProcessMemory.CodePages()}",
        });
    }

    /// <summary>The values that changed: one line each, with the name, the earlier and the present value.</summary>
    internal string Changes(ProcessState before) =>
        string.Concat(_values.Where(pair => before._values[pair.Key] != pair.Value)
            .Select(pair => $"{pair.Key}: '{before._values[pair.Key]}' became '{pair.Value}'\n"));

    private static bool Half(double value) => value / 2 != 0;

    private static bool Half(float value) => value / 2 != 0;

    private static float Third(float value) => value / 3;
}
