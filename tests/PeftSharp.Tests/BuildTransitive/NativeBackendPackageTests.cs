using System.Diagnostics;

namespace PeftSharp.Tests.BuildTransitive;

/// <summary>The native backend of the samples and tests is selected by a property of the build.</summary>
public sealed class NativeBackendPackageTests
{
    [SkippableTheory]
    [InlineData("true", "TorchSharp-cuda-linux"), InlineData("false", "libtorch-cpu-linux-x64")]
    public void The_property_Cuda_selects_the_package_of_the_native_backend(string cuda, string package)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The packages differ by operating system; this test knows those of Linux.");
        var sample = Path.Combine(ReferenceRoot.Repository, "samples", "FirstProgram", "FirstProgram.csproj");
        string[] arguments = ["msbuild", sample, "-nologo", "-nodeReuse:false", "-getItem:PackageReference", $"-p:Cuda={cuda}"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.Should().Contain($"\"Identity\": \"{package}\"");
        output.Split('\n').Should().ContainSingle(
            line => line.Contains("\"Identity\"", StringComparison.Ordinal), "a program needs one native backend");
    }
}
