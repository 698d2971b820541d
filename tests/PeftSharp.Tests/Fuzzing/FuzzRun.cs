using System.Globalization;
using PeftSharp.Tests.Processes;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>Runs a reader on many inputs in child processes. A process that crashed or was ended is continued after its input.</summary>
internal sealed class FuzzRun
{
    private const int MaxExamples = 3, MaxCrashes = 20;

    private readonly List<FuzzFault> _faults = [];

    private FuzzRun() { }

    internal long Refused { get; private set; }

    /// <summary>An empty text if every input was read or refused; otherwise a description of each kind of fault.</summary>
    internal string Faults { get; private set; } = "";

    internal static FuzzRun Of(FuzzReader reader, long first, long count)
    {
        using var folder = new TemporaryFolder();
        var run = new FuzzRun();
        for (var (next, crashes) = (first, 0); next < first + count && crashes < MaxCrashes; crashes++)
        {
            var (exitCode, output, error) = ChildProcess.Start(nameof(FuzzProgram),
                (FuzzProgram.Work, $"{reader.Name}|{next}|{first + count}|{folder.Path}"),
                ("DOTNET_GCHeapHardLimit", "0x60000000"), ("OMP_NUM_THREADS", "1"));
            if (exitCode == 0)
            {
                run.Refused += long.Parse(output, CultureInfo.InvariantCulture);
                break;
            }
            File.ReadAllText(folder.File("current")).Should().NotBeEmpty("{0}", error);
            var current = long.Parse(File.ReadAllText(folder.File("current")), CultureInfo.InvariantCulture);
            if (exitCode != FuzzProgram.HangExitCode)
                run._faults.Add(new FuzzFault(current, $"crash {FirstLine(error)}", $"The process ended with {exitCode}: {Cut(error)}"));
            next = current + 1;
        }
        if (File.Exists(folder.File("faults"))) run._faults.AddRange(File.ReadLines(folder.File("faults")).Select(FuzzFault.FromLine));
        run.Faults = string.Concat(run._faults.GroupBy(fault => fault.Kind)
            .OrderByDescending(group => group.Count()).Select(group => Describe(reader, group.Key, [.. group])));
        return run;
    }

    private static string Describe(FuzzReader reader, string kind, IReadOnlyList<FuzzFault> faults) =>
        $"\n{faults.Count} x {kind}\n" + string.Concat(faults.Take(MaxExamples).Select(fault =>
        {
            var input = FuzzInput.Create(reader, fault.Number);
            return $"  input {fault.Number} of {reader.Name}, from {input.Seed.Name}: {fault.Message}\n    {Save(reader, fault, input)}\n";
        }));

    /// <summary>Writes the input to the folder that PEFTSHARP_FUZZ_OUTPUT names, or shows it if it is short.</summary>
    private static string Save(FuzzReader reader, FuzzFault fault, FuzzInput input)
    {
        if (Environment.GetEnvironmentVariable("PEFTSHARP_FUZZ_OUTPUT") is { Length: > 0 } output)
        {
            var path = Path.Combine(output, $"{reader.Name}-{fault.Number}");
            Directory.CreateDirectory(path);
            return "The files are in " + Path.GetDirectoryName(input.Write(path));
        }
        return input.Content.Length <= 2000 ? "The input in Base64: " + Convert.ToBase64String(input.Content)
            : $"Set PEFTSHARP_FUZZ_OUTPUT to a folder to get the {input.Content.Length} bytes of the input.";
    }

    private static string FirstLine(string text) => text.Split('\n')[0];

    private static string Cut(string text) => text.Length > 3000 ? text[..3000] : text;
}
