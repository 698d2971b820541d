using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

/// <summary>The system's words (as glibc says them) and the way out that a reader is given.</summary>
public sealed class BackendErrorsTests
{
    [Theory]
    [InlineData("libc.so.6: version `GLIBC_2.38' not found (required by /app/libtorch_cpu.so)", "GLIBC_2.38 is missing")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "package that has libgomp.so.1")]
    [InlineData("/app/libtorch_cpu.so: file too short", "restore again")]
    [InlineData("/app/libtorch_cpu.so: failed to map segment from shared object", "noexec")]
    [InlineData("/app/libLibTorchSharp.so: undefined symbol: _ZN2at4_ops", "exactly one backend package")]
    public void A_library_that_does_not_load_is_named_with_the_reason_and_the_way_out(string reason, string wayOut)
    {
        var message = BackendErrors.DoesNotLoad("/app/lib.so", $"Unable to load shared library '/app/lib.so' or one of its dependencies.\n{reason}\n{reason}\n").Message;
        Assert.StartsWith($"'/app/lib.so' does not load: {reason}.", message, StringComparison.Ordinal);
        Assert.Contains(wayOut, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_backend_the_package_to_add_is_named()
    {
        var message = BackendErrors.NoBackend(["/app"]).Message;
        Assert.Contains("TorchSharp-cpu --version 0.", message, StringComparison.Ordinal);
        Assert.Contains("/app", message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_library_that_was_cut_short_is_seen_before_the_loader_would_die_of_it()
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
