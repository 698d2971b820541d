namespace PeftSharp.Tests.Docs;

/// <summary>What a program prints to the console.</summary>
internal static class Printed
{
    /// <returns>The lines, without blank ones and without white space at their ends.</returns>
    internal static async Task<string[]> By(Func<Task> program)
    {
        using var written = new StringWriter();
        var console = Console.Out;
        Console.SetOut(written);
        try
        {
            await program();
        }
        finally
        {
            Console.SetOut(console);
        }
        return written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
