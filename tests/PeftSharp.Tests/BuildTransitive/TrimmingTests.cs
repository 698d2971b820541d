using System.Diagnostics;

namespace PeftSharp.Tests.BuildTransitive;

/// <summary>A program cannot be published in a form in which it would fail when it runs.</summary>
public sealed class TrimmingTests
{
    [Theory]
    [InlineData("PublishTrimmed", "true", true), InlineData("PublishAot", "true", true)]
    [InlineData("PublishTrimmed", "false", false), InlineData("PublishSingleFile", "true", false)]
    public void Publishing_trimmed_stops_with_the_reason(string property, string value, bool isRejected)
    {
        using var folder = new TemporaryFolder();
        var targets = Path.Combine(ReferenceRoot.Repository, "src", "PeftSharp", "buildTransitive", "PeftSharp.targets");
        var project = Path.Combine(folder.Path, "program.proj");
        File.WriteAllText(project, $"""<Project><Import Project="{targets}" /><Target Name="PrepareForPublish" /></Project>""");
        string[] arguments = ["msbuild", project, "-nologo", "-nodeReuse:false", "-t:PrepareForPublish", $"-p:{property}={value}"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(isRejected, process.ExitCode != 0);
        Assert.Equal(isRejected, output.Contains("PEFTSHARP001: PeftSharp does not support trimming", StringComparison.Ordinal)
            && output.Contains("program.proj", StringComparison.Ordinal));
    }
}
