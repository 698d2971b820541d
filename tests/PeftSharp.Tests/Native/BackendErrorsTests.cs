using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

/// <summary>Error messages contain the reason that glibc gives and what to do.</summary>
public sealed class BackendErrorsTests
{
    [Theory]
    [InlineData("libc.so.6: version `GLIBC_2.38' not found (required by /app/libtorch_cpu.so)", "GLIBC_2.38 is missing")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "package that contains libgomp.so.1")]
    [InlineData("/app/libtorch_cpu.so: file too short", "restore again")]
    [InlineData("/app/libtorch_cpu.so: failed to map segment from shared object", "noexec")]
    [InlineData("/app/libLibTorchSharp.so: undefined symbol: _ZN2at4_ops", "exactly one backend package")]
    public void A_library_that_cannot_be_loaded_is_named_with_the_reason_and_the_remedy(string reason, string remedy)
    {
        var message = BackendErrors.DoesNotLoad("/app/lib.so",
            $"Unable to load shared library '/app/lib.so' or one of its dependencies.\n{reason}\n{reason}\n").Message;
        Assert.StartsWith($"'/app/lib.so' could not be loaded: {reason}.", message, StringComparison.Ordinal);
        message.Should().Contain(remedy);
    }

    [Fact]
    public void Without_a_backend_the_package_to_add_is_named()
    {
        var message = BackendErrors.NoBackend(["/app"]).Message;
        message.Should().ContainAll("TorchSharp-cpu --version 0.", "/app");
    }

    [SkippableFact]
    public void A_truncated_library_is_recognized_before_it_is_loaded()
    {
        var whole = NativeFiles.TorchSharpOrSkip();
        Assert.True(ElfBytes.IsWhole(whole));
        var cut = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(cut, File.ReadAllBytes(whole)[..^1]);
            Assert.False(ElfBytes.IsWhole(cut));
        }
        finally
        {
            File.Delete(cut);
        }
    }
}
