using PeftSharp.Internal;

namespace PeftSharp.Tests.Internal;

/// <summary>What a killed process leaves is removed; what a living one writes is not.</summary>
public sealed class TemporaryEntryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_unlocked_file_and_folder_of_this_machine_are_removed()
    {
        File.WriteAllText(TemporaryEntry.NameFor(_folder.File("model.safetensors")), "half");
        var folder = TemporaryEntry.NameFor(_folder.File("checkpoint-3"));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "file"), "half");
        File.WriteAllText(folder + ".lock", "");                     // the lock ended with its process
        TemporaryEntry.RemoveAbandoned(_folder.Path);
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Files_that_a_running_process_writes_are_kept()
    {
        var folder = TemporaryEntry.NameFor(_folder.File("checkpoint-3"));
        using var inUse = TemporaryEntry.Lock(folder);
        Directory.CreateDirectory(folder);
        using var staged = new StagedFiles();
        staged.Write(_folder.File("model.safetensors"), stream => stream.WriteByte(1));
        TemporaryEntry.RemoveAbandoned(_folder.Path);
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(_folder.Path).Count());
        Assert.False(TemporaryEntry.IsAbandoned(folder));
        staged.Commit();
        File.ReadAllBytes(_folder.File("model.safetensors")).Should().Equal(1);
    }

    [Theory]
    [InlineData("checkpoint-3.0a1b2c3d-00112233445566778899aabbccddeeff.tmp")]         // another machine
    [InlineData("model.safetensors.4711-00112233445566778899aabbccddeeff.tmp")]        // an earlier version, of unknown machine
    [InlineData("checkpoint-3.4711.tmp")]
    public void Files_that_another_machine_may_be_writing_are_kept_for_a_day(string name)
    {
        var file = _folder.File(name);
        File.WriteAllText(file, "half");
        TemporaryEntry.RemoveAbandoned(_folder.Path);
        Assert.True(File.Exists(file));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        TemporaryEntry.RemoveAbandoned(_folder.Path);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("notes.tmp")]
    [InlineData("data.12.tmp")]
    [InlineData("00112233445566778899aabbccddeeff.tmp")]
    public void Files_of_other_programs_are_not_changed(string name)
    {
        File.WriteAllText(_folder.File(name), "");
        File.SetLastWriteTimeUtc(_folder.File(name), DateTime.UtcNow.AddDays(-9));
        TemporaryEntry.RemoveAbandoned(_folder.Path);
        Assert.True(File.Exists(_folder.File(name)));
    }

    [Fact]
    public void Writing_a_file_removes_its_temporary_files_of_an_earlier_process()
    {
        File.WriteAllText(TemporaryEntry.NameFor(_folder.File("config.json")), "half");
        AtomicFile.WriteText(_folder.File("config.json"), "{}");
        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().Equal("config.json");
    }

    /// <summary>
    /// Between its creation and its lock a file looks abandoned: the writer must notice that it was removed, and the remover must not
    /// remove a file that was locked meanwhile.
    /// </summary>
    [Fact]
    public async Task No_file_is_lost_while_other_threads_clean_the_folder()
    {
        const int Writers = 4, Files = 150;
        using var done = new CancellationTokenSource();
        var cleaners = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
        {
            while (!done.IsCancellationRequested) TemporaryEntry.RemoveAbandoned(_folder.Path);
        }, TaskCreationOptions.LongRunning)).ToArray();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < Files; i++) AtomicFile.WriteText(_folder.File($"{writer}-{i}"), $"{writer} {i}");
        }, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(writers);
        await done.CancelAsync();
        await Task.WhenAll(cleaners);
        Assert.Equal(Writers * Files, Directory.EnumerateFileSystemEntries(_folder.Path).Count());
        for (var writer = 0; writer < Writers; writer++)
            for (var i = 0; i < Files; i++) Assert.Equal($"{writer} {i}", File.ReadAllText(_folder.File($"{writer}-{i}")));
    }
}
