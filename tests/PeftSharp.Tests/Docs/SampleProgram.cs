using System.Reflection;

namespace PeftSharp.Tests.Docs;

/// <summary>Runs the program of a sample in this process.</summary>
internal static class SampleProgram
{
    /// <returns>The lines that the program printed; it must end with the exit code 0.</returns>
    internal static Task<string[]> Run(string sample, params string[] arguments) => Run(sample, expected: 0, arguments);

    internal static Task<string[]> Run(string sample, int expected, params string[] arguments) => Printed.By(() => Task.Run(() =>
        Assembly.Load(sample).EntryPoint!.Invoke(null, [arguments]).Should().Be(expected)));
}
