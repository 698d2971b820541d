using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

public sealed class PatchedLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peftsharp-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void The_copy_is_the_patched_original_and_is_reused()
    {
        var original = NativeFiles.TorchSharpOrSkip();
        var copy = PatchedLibrary.Place(original, _folder);
        File.ReadAllBytes(copy).Should().Equal(GlibcxxPatch.Apply(File.ReadAllBytes(original), original));

        File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);
        Assert.Equal(copy, PatchedLibrary.Place(original, _folder));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(copy));   // not written a second time
    }

    [SkippableTheory]
    [InlineData(0)]              // empty, as after a full disk
    [InlineData(-1)]             // cut short
    [InlineData(1)]              // one byte changed
    public void A_damaged_copy_is_replaced(int damage)
    {
        var original = NativeFiles.TorchSharpOrSkip();
        var copy = PatchedLibrary.Place(original, _folder);
        var whole = File.ReadAllBytes(copy);
        var damaged = damage switch { 0 => [], < 0 => whole[..^100], _ => (byte[])whole.Clone() };
        if (damage > 0) damaged[whole.Length / 2] ^= 0x40;
        File.WriteAllBytes(copy, damaged);

        Assert.Equal(copy, PatchedLibrary.Place(original, _folder));
        File.ReadAllBytes(copy).Should().Equal(whole);
    }

    [SkippableFact]
    public void A_folder_that_the_user_may_not_create_is_an_IOException_so_that_another_folder_is_tried()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no /sys.");
        var original = NativeFiles.TorchSharpOrSkip();
        FluentActions.Invoking(() => PatchedLibrary.Place(original, "/sys/peftsharp")).Should().Throw<IOException>()
            .Which.Message.Should().Contain("/sys/peftsharp");
    }

    [SkippableFact]
    public void Concurrent_writers_leave_one_complete_file_and_each_reads_it_completely()
    {
        var original = NativeFiles.TorchSharpOrSkip();
        var expected = GlibcxxPatch.Apply(File.ReadAllBytes(original), original);
        using var start = new Barrier(4);
        var seen = new byte[start.ParticipantCount][];
        var threads = Enumerable.Range(0, seen.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            seen[i] = File.ReadAllBytes(PatchedLibrary.Place(original, _folder));
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        foreach (var bytes in seen) bytes.Should().Equal(expected);
        Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Should().ContainSingle();   // nothing is left beside it
    }
}
