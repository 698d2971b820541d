using System.Collections;
using System.Runtime.InteropServices;

namespace PeftSharp.Native;

/// <summary>Sets environment variables for libtorch's OpenMP runtime (libgomp) while it loads. libgomp reads the environment only when it
/// is loaded.</summary>
/// <remarks>
/// <para>By default libgomp's threads spin for milliseconds at each barrier. If another process is busy, the threads that they wait for
/// may not be running, so each of the thousands of barriers of a step can last a time slice. A short spin count has no measurable cost on
/// an idle machine (benchmarks/README.md).</para>
/// <para>The process's environment is unchanged afterwards. While libgomp loads, the C variable <c>environ</c> points to an extended copy.
/// The variables are not set one by one, because other threads may read the environment at any time; one pointer is replaced atomically.
/// Variables that the program set with <see cref="Environment.SetEnvironmentVariable(string, string?)"/>, which C code does not see, are
/// included.</para>
/// </remarks>
internal sealed unsafe class OpenMPSettings : IDisposable
{
    /// <summary>Iterations of the spin loop before a waiting thread sleeps.</summary>
    internal const int SpinCount = 10_000;

    private static readonly string[] _waitPolicy = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"];
    private static readonly string[] _threads = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT"];

    private readonly byte*** _environment;
    private readonly byte** _before, _during;

    private OpenMPSettings(byte*** environment, byte** during)
    {
        _environment = environment;
        _before = *environment;
        _during = during;
        *environment = during;
    }

    /// <summary>Whether an environment variable sets the number of threads.</summary>
    internal static bool AreThreadsChosen => _threads.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });

    /// <summary>Extends the environment until the result is disposed. Null if the C library does not export <c>environ</c>.</summary>
    internal static OpenMPSettings? Apply()
    {
        var chosen = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value))
            .Where(variable => IsOpenMP(variable.Name))
            .ToList();
        if (!chosen.Exists(variable => _waitPolicy.Contains(variable.Name))) chosen.Add((_waitPolicy[0], $"{SpinCount}"));
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "environ", out var environment)
            || *(byte***)environment == null)
            return null;
        return new((byte***)environment, Extended(*(byte***)environment, chosen));
    }

    public void Dispose()
    {
        if (*_environment == _during) *_environment = _before;                  // not if C code has replaced the array with a copy
    }

    private static bool IsOpenMP(string name) =>
        name.StartsWith("OMP_", StringComparison.Ordinal) || name.StartsWith("GOMP_", StringComparison.Ordinal);

    /// <summary>Copies the environment with the given OpenMP variables instead of its own. The copy is not freed, because another thread
    /// may still read it.</summary>
    private static byte** Extended(byte** variables, List<(string Name, string? Value)> chosen)
    {
        var kept = new List<nint>();
        for (var variable = variables; *variable != null; variable++)
            if (!IsOpenMP(Marshal.PtrToStringUTF8((nint)(*variable))!)) kept.Add((nint)(*variable));
        kept.AddRange(chosen.Select(variable => Marshal.StringToCoTaskMemUTF8($"{variable.Name}={variable.Value}")));
        var copy = (byte**)NativeMemory.AllocZeroed((nuint)kept.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < kept.Count; i++) copy[i] = (byte*)kept[i];
        return copy;
    }
}
