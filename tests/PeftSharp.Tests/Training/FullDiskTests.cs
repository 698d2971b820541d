using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>A disk that is full or cannot be written: saved files stay complete, and the error names the folder and the remedy.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(1_000, "model.safetensors")]
    [InlineData(30_000, "optimizer.safetensors")]
    public void A_failed_save_leaves_the_previous_checkpoint_complete_and_resumable(int room, string file)
    {
        FileSizeLimit.Require();
        var args = TinyRun.Arguments(_folder) with { SaveStrategy = SaveStrategy.Steps, SaveSteps = 1, SaveTotalLimit = 1 };
        FileSizeLimit? full = null;
        Dictionary<string, byte[]>? before = null;
        var trainer = TinyRun.Trainer(args, dropout: 0.1, callbacks: new AtStep(3, _ =>
        {
            before = Content(_folder.Path);
            full = new FileSizeLimit(room);
        }));
        IOException error;
        try { error = FluentActions.Invoking(() => trainer.Train()).Should().ThrowExactly<IOException>().Which; }
        finally { full?.Dispose(); }
        error.Message.Should().ContainAll(
            Path.Combine(_folder.Path, "checkpoint-3"), file, "earlier checkpoints are unchanged", "OutputDir");
        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Should().Equal("checkpoint-2");
        AssertSame(before!, Content(_folder.Path));

        var resumed = TinyRun.Trainer(args, dropout: 0.1);
        resumed.Train(Path.Combine(_folder.Path, "checkpoint-2"));
        using var other = new TemporaryFolder();
        var whole = TinyRun.Trainer(args with { OutputDir = other.Path }, dropout: 0.1);
        whole.Train();
        TinyRun.AssertSameBits(TinyRun.Bits(whole.Model), resumed.Model);
    }

    [SkippableFact]
    public void A_failed_save_of_a_model_leaves_the_saved_one_unchanged()
    {
        FileSizeLimit.Require();
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder));
        trainer.SaveModel();
        var before = Content(_folder.Path);
        trainer.Train();
        IOException error;
        using (new FileSizeLimit(1_000))
            error = FluentActions.Invoking(() => trainer.SaveModel()).Should().ThrowExactly<IOException>().Which;
        error.Message.Should().ContainAll(_folder.File("model.safetensors"), "unchanged", "maximum file size");
        AssertSame(before, Content(_folder.Path));
    }

    [SkippableTheory]
    [InlineData("a file", false)]
    [InlineData("below a file", false)]
    [InlineData("a folder of the kernel", true)]
    [InlineData("below a folder of the kernel", true)]
    public void An_output_folder_that_cannot_be_written_is_an_error_before_training(string what, bool onLinuxAlone)
    {
        Skip.If(onLinuxAlone && !OperatingSystem.IsLinux(), "There is no /proc.");
        File.WriteAllText(_folder.File("file"), "");
        var output = what switch
        {
            "a file" => _folder.File("file"),
            "below a file" => Path.Combine(_folder.File("file"), "output"),
            "a folder of the kernel" => "/proc/self",
            _ => "/proc/self/output",
        };
        var begun = false;
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder) with { OutputDir = output }, callbacks: new Begun(() => begun = true));
        var before = TinyRun.Bits(trainer.Model);
        FluentActions.Invoking(() => trainer.Train())
            .Should().Throw<IOException>()
            .Which.Message.Should().ContainAll($"'{output}'", "The training was not started", "Choose a folder");
        Assert.False(begun);
        TinyRun.AssertSameBits(before, trainer.Model);
    }

    [SkippableTheory]
    [InlineData("/proc/self/model")]
    [InlineData("/sys/model")]                     // the system reports a lack of rights
    public void A_folder_in_which_a_model_cannot_be_saved_is_an_error_that_names_it(string folder)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no /proc.");
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder));
        trainer.Invoking(trainer => trainer.SaveModel(folder)).Should().ThrowExactly<IOException>().Which.Message.Should().Contain(folder);
        var board = new TensorBoardCallback(folder);
        board.Invoking(board => board.OnLog(trainer.Args, trainer.State, new TrainerControl(), new Dictionary<string, double>()))
            .Should().ThrowExactly<IOException>().Which.Message.Should().Contain(folder);
    }

    [Fact]
    public void Checking_the_output_folder_leaves_no_file_in_it()
    {
        TinyRun.Trainer(TinyRun.Arguments(_folder) with { OutputDir = _folder.File("new/output") }).Train();
        Directory.EnumerateFileSystemEntries(_folder.File("new/output")).Should().BeEmpty();
    }

    private static Dictionary<string, byte[]> Content(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> found)
    {
        found.Keys.Order().Should().Equal(expected.Keys.Order());
        foreach (var (file, bytes) in expected) found[file].Should().Equal(bytes, $"{file} has not changed");
    }

    private sealed class Begun(Action tell) : TrainerCallback
    {
        public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) => tell();
    }
}
