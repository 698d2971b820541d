using System.Runtime.CompilerServices;

namespace PeftSharp.Tests.Processes;

/// <summary>
/// This assembly as a program of its own, for tests about a whole process: runs the method that the first argument names and prints what it
/// returns.
/// </summary>
internal static class ChildProgram
{
    private static int Main(string[] args)
    {
        Console.Write(Run(args[0]));
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]                    // only the method that runs is compiled, so only it loads what it names
    private static string Run(string name) => name switch
    {
        nameof(Programs.DataMetricsTokenizer) => Programs.DataMetricsTokenizer(),
        nameof(Programs.RecordedTokenizers) => Programs.RecordedTokenizers(),
        nameof(Programs.TorchFirst) => Programs.TorchFirst(),
        nameof(Programs.TouchThenTorch) => Programs.TouchThenTorch(),
        nameof(Programs.ProcessState) => Programs.ProcessState(),
        nameof(Programs.AllocatorOnAndOff) => Programs.AllocatorOnAndOff(),
        nameof(Programs.OpenMP) => Programs.OpenMP(),
        nameof(Programs.Training) => Programs.Training(),
        nameof(MappedDataProgram.LargeData) => MappedDataProgram.LargeData(),
        nameof(Hub.HubDownloadProgram) => Hub.HubDownloadProgram.Run(),
        nameof(Fuzzing.FuzzProgram) => Fuzzing.FuzzProgram.Run(),
        _ => throw new ArgumentException($"There is no program '{name}'.", nameof(name)),
    };
}
