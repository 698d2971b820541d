using PeftSharp.Native;

namespace PeftSharp.Tests.Native;

public sealed class PatchedLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peftsharp-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void The_copy_is_the_mended_original_and_is_used_again()
    {
        var original = NativeFiles.TorchSharpOrSkip();
        var copy = PatchedLibrary.Place(original, _folder);
        Assert.Equal(GlibcxxPatch.Apply(File.ReadAllBytes(original), original), File.ReadAllBytes(copy));

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
        Assert.Equal(whole, File.ReadAllBytes(copy));
    }

    [SkippableFact]
    public void Writers_that_race_leave_one_whole_file_and_each_sees_it_whole()
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

        Assert.All(seen, bytes => Assert.Equal(expected, bytes));
        Assert.Single(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));   // nothing is left beside it
    }
}
