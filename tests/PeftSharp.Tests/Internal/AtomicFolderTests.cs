using PeftSharp.Internal;

namespace PeftSharp.Tests.Internal;

/// <summary>A folder that is written again exists under its name with the old or with the new files, whenever the process ends.</summary>
public sealed class AtomicFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_whose_replacement_was_interrupted_is_restored_when_another_folder_is_written()
    {
        Interrupt("a", hasTemporary: true);
        AtomicFolder.Write(_folder.File("b"), folder => File.WriteAllText(Path.Combine(folder, "file"), "new"));
        Names().Should().Equal("a", "b");
        Content("a").Should().Be("old");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_restored_when_it_is_read_even_if_the_incomplete_files_are_gone(bool hasTemporary)
    {
        Interrupt("a", hasTemporary);
        TemporaryEntry.RemoveAbandoned(_folder.Path);           // as other files beside it do
        AtomicFolder.Recover(_folder.File("a"));
        Names().Should().Equal("a");
        Content("a").Should().Be("old");
    }

    [Fact]
    public void The_previous_files_are_removed_if_the_process_ended_after_the_replacement()
    {
        Interrupt("a", hasTemporary: false);
        Directory.CreateDirectory(_folder.File("a"));
        File.WriteAllText(_folder.File("a/file"), "new");
        AtomicFolder.Write(_folder.File("b"), _ => { });
        Names().Should().Equal("a", "b");
        Content("a").Should().Be("new");
    }

    [Fact]
    public void An_exception_leaves_the_folder_as_it_was()
    {
        Directory.CreateDirectory(_folder.File("a"));
        File.WriteAllText(_folder.File("a/file"), "old");
        FluentActions.Invoking(() => AtomicFolder.Write(_folder.File("a"), folder =>
        {
            File.WriteAllText(Path.Combine(folder, "file"), "new");
            throw new IOException("No space left on device");
        })).Should().Throw<IOException>().WithMessage("*No space left on device*existing folder is unchanged*");
        Names().Should().Equal("a");
        Content("a").Should().Be("old");
    }

    /// <summary>Creates what a process leaves that ends after the first rename of a replacement, or after the second one.</summary>
    private void Interrupt(string name, bool hasTemporary)
    {
        var temporary = TemporaryEntry.NameFor(_folder.File(name));
        Directory.CreateDirectory(temporary + ".old");
        File.WriteAllText(Path.Combine(temporary + ".old", "file"), "old");
        if (hasTemporary) Directory.CreateDirectory(temporary);
    }

    private string Content(string name) => File.ReadAllText(_folder.File($"{name}/file"));

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order();
}
