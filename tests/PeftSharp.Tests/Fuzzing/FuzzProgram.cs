using System.Globalization;
using System.Text;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>
/// Reads mutated files in a process of its own, so that a crash, a call that does not end and the memory of native code can be observed.
/// </summary>
internal static class FuzzProgram
{
    internal const string Work = "PEFTSHARP_FUZZ_WORK";
    internal const int HangExitCode = 86, MaxKinds = 40;

    private static long _number = -1, _started;

    /// <summary>The variable is <c>reader|first|end|folder</c>. Faults are appended to the file <c>faults</c> of the folder.</summary>
    internal static string Run()
    {
        var parts = Environment.GetEnvironmentVariable(Work)!.Split('|');
        var (first, end) = (long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
        var reader = FuzzReaders.Get(parts[0]);
        var root = parts[3];
        using var state = new FileStream(Path.Combine(root, "current"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Watch(reader, root);
        // A thread of its own with the usual size of the stack: nesting that is too deep must be refused, not overflow it.
        var refused = 0;
        var thread = new Thread(() =>
        {
            for (var number = first; number < end; number++)
            {
                state.Position = 0;
                state.Write(Encoding.ASCII.GetBytes(number.ToString("D12", CultureInfo.InvariantCulture)));
                if (Try(reader, number, root)) refused++;
            }
        });
        thread.Start();
        thread.Join();
        return refused.ToString(CultureInfo.InvariantCulture);
    }

    /// <returns>Whether the input was refused.</returns>
    private static bool Try(FuzzReader reader, long number, string root)
    {
        var input = FuzzInput.Create(reader, number);
        var folder = Path.Combine(root, "outer", "inner", "input");
        Directory.CreateDirectory(folder);
        var file = input.Write(folder);
        var refused = false;
        var memory = FuzzMemory.Start();
        Volatile.Write(ref _started, Environment.TickCount64);
        Volatile.Write(ref _number, number);
        try
        {
            reader.Read(folder, file);
        }
        catch (Exception error) when (reader.IsExpected(error))
        {
            refused = true;
            if (string.IsNullOrWhiteSpace(error.Message)) Report(root, new FuzzFault(number, "no message", error.GetType().Name));
        }
#pragma warning disable CA1031      // Any other exception is what the tests look for.
        catch (Exception error)
        {
            Report(root, FuzzFault.Of(number, error));
        }
#pragma warning restore CA1031
        Volatile.Write(ref _number, -1);
        if (memory.Excess(reader.AllocationLimit(input.TotalBytes), reader.ResidentLimit(input.TotalBytes)) is { } excess)
            Report(root, new FuzzFault(number, excess.Kind, excess.Message));
        Directory.Delete(folder, recursive: true);
        foreach (var outside in new[] { Path.Combine(root, "outer"), Path.Combine(root, "outer", "inner") }
            .SelectMany(parent => Directory.EnumerateFileSystemEntries(parent)).Where(path => Path.GetFileName(path) != "inner"))
        {
            Report(root, new FuzzFault(number, "outside", $"'{Path.GetRelativePath(folder, outside)}' was written outside of the folder."));
            if (Directory.Exists(outside)) Directory.Delete(outside, recursive: true);
            else File.Delete(outside);
        }
        return refused;
    }

    private static void Watch(FuzzReader reader, string root) => new Thread(() =>
    {
        while (true)
        {
            Thread.Sleep(100);
            var number = Volatile.Read(ref _number);
            var elapsed = Environment.TickCount64 - Volatile.Read(ref _started);
            if (number < 0 || elapsed < reader.TimeLimit.TotalMilliseconds) continue;
            Report(root, new FuzzFault(number, "time", $"The call did not return within {reader.TimeLimit.TotalSeconds} s."));
            Environment.Exit(HangExitCode);
        }
    })
    { IsBackground = true }.Start();

    private static void Report(string root, FuzzFault fault) =>
        File.AppendAllText(Path.Combine(root, "faults"), fault.ToLine() + "\n");
}
