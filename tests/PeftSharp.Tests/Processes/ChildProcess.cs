using System.Diagnostics;

namespace PeftSharp.Tests.Processes;

/// <summary>Runs one of <see cref="Programs"/> in a separate process.</summary>
internal static class ChildProcess
{
    /// <returns>What the program printed.</returns>
    internal static string Run(string program, params (string Name, string? Value)[] environment)
    {
        var (exitCode, output, error) = Start(program, environment);
        exitCode.Should().Be(0, "{0} wrote: {1}{2}", program, error, output);
        return output;
    }

    internal static (int ExitCode, string Output, string Error) Start(string program, params (string Name, string? Value)[] environment)
    {
        using var process = Begin(program, environment);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Starts a program and does not wait for its end.</summary>
    internal static Process Begin(string program, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            ArgumentList = { "exec", typeof(ChildProcess).Assembly.Location, program },
        };
        foreach (var (name, value) in environment)
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
