using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>Which checkpoint a call of Train resumes.</summary>
public sealed class ResumeChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Checkpoints 3, 6 and 8.
    private TrainingArguments Arguments => TinyRun.Arguments(_folder) with { SaveStrategy = SaveStrategy.Steps, SaveSteps = 3 };

    [Fact]
    public void IfPresent_starts_a_run_and_resumes_it_the_next_time()
    {
        Assert.Equal(0, FirstStep(Resume.IfPresent));
        Assert.Equal(8, FirstStep(Resume.IfPresent));
        Directory.Delete(Path.Combine(_folder.Path, "checkpoint-8"), recursive: true);
        Assert.Equal(6, FirstStep(Resume.IfPresent));
    }

    [Fact]
    public void Last_requires_a_checkpoint_and_its_error_names_the_folder_and_the_alternative()
    {
        FluentActions.Invoking(() => FirstStep(Resume.Last))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll(_folder.Path, "Resume.IfPresent");
        FirstStep(Resume.Never);
        Assert.Equal(8, FirstStep(Resume.Last));
    }

    [Fact]
    public void Never_starts_anew_and_From_resumes_the_folder_that_is_named()
    {
        Assert.Equal(0, FirstStep(Resume.Never));
        Assert.Equal(0, FirstStep(default));
        Assert.Equal(3, FirstStep(Resume.From(Path.Combine(_folder.Path, "checkpoint-3"))));
        FluentActions.Invoking(() => Resume.From("")).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void Values_as_in_Python_convert()
    {
        new Resume[] { true, false, (string?)null, "a" }.Should().Equal(Resume.Last, Resume.Never, Resume.Never, Resume.From("a"));
        new[] { default, Resume.IfPresent, Resume.Last, Resume.From("a") }.Select(value => $"{value}")
            .Should().Equal("Resume.Never", "Resume.IfPresent", "Resume.Last", "Resume.From(\"a\")");
    }

    private int FirstStep(Resume resume)
    {
        var first = -1;
        TinyRun.Trainer(Arguments, callbacks: new AtBegin(step => first = step)).Train(resume);
        return first;
    }

    private sealed class AtBegin(Action<int> tell) : TrainerCallback
    {
        public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) => tell(state.GlobalStep);
    }
}
