using PeftSharp.Internal;
using PeftSharp.Training;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Tests.Training;

/// <summary>Checkpoints of an earlier run in the folder of a new one, and checkpoints that belong to another run.</summary>
public sealed class EarlierRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TrainingArguments Arguments =>
        TinyRun.Arguments(_folder) with { SaveStrategy = SaveStrategy.Steps, SaveSteps = 2, MaxSteps = 4 };

    private static List<string> Train(TrainingArguments args, Func<Trainer, TrainOutput> how, int rows = 8)
    {
        var warnings = new Warnings();
        how(TinyRun.Trainer(args, TinyRun.Rows(rows), callbacks: warnings));
        return warnings.Messages;
    }

    [Fact]
    public void A_new_run_in_the_folder_of_an_earlier_one_warns_and_deletes_none_of_its_checkpoints()
    {
        Train(Arguments with { MaxSteps = 8 }, trainer => trainer.Train()).Should().BeEmpty();
        var warning = Train(Arguments with { SaveTotalLimit = 1 }, trainer => trainer.Train()).Should().ContainSingle().Which;
        warning.Should().ContainAll(_folder.Path, "checkpoint-8", "Train(Resume.Last)", "another OutputDir");
        CheckpointFolder.All(_folder.Path).Select(checkpoint => checkpoint.Step).Should().Equal(4, 6, 8);
    }

    [Fact]
    public void The_run_that_wrote_last_is_resumed_and_not_the_highest_number()
    {
        Train(Arguments with { MaxSteps = 8 }, trainer => trainer.Train());
        Train(Arguments with { MaxSteps = 3, SaveSteps = 1 }, trainer => trainer.Train());
        Assert.Equal(_folder.File("checkpoint-3"), TrainerUtils.GetLastCheckpoint(_folder.Path));
        Assert.Null(TrainerUtils.GetLastCheckpoint(_folder.File("none")));
        var trainer = TinyRun.Trainer(Arguments with { MaxSteps = 5, SaveSteps = 1 });
        trainer.Train(resumeFromCheckpoint: true);
        Assert.Equal(5, trainer.State.GlobalStep);
        Assert.Equal(_folder.File("checkpoint-5"), TrainerUtils.GetLastCheckpoint(_folder.Path));
    }

    [Fact]
    public void Resuming_a_finished_run_warns_that_nothing_is_left_to_train()
    {
        Train(Arguments, trainer => trainer.Train());
        Train(Arguments, trainer => trainer.Train(resumeFromCheckpoint: true))
            .Should().ContainSingle().Which.Should().Contain("so no step is trained");
    }

    [Fact]
    public void A_checkpoint_beyond_the_end_of_the_run_is_refused_with_both_numbers()
    {
        Train(Arguments with { MaxSteps = 8 }, trainer => trainer.Train());
        FluentActions.Invoking(() => Train(Arguments, trainer => trainer.Train(resumeFromCheckpoint: true)))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().ContainAll("step 8 of 8", "ends at step 4");
    }

    [Fact]
    public void Other_rows_and_orders_of_rows_are_refused_by_name()
    {
        Train(Arguments, trainer => trainer.Train());
        foreach (var (args, says) in new (TrainingArguments, string)[]
        {
            (Arguments with { Seed = 7 }, "was 42 and is 7"), (Arguments with { DataSeed = 9 }, "was 42 and is 9"),
            (Arguments with { PerDeviceTrainBatchSize = 4 }, "PerDeviceTrainBatchSize was 2 and is 4"),
            (Arguments with { GradientAccumulationSteps = 2 }, "GradientAccumulationSteps was 1 and is 2"),
            (Arguments with { TrainSamplingStrategy = SamplingStrategy.Sequential }, "TrainSamplingStrategy was random and is sequential"),
            (Arguments with { DataloaderDropLast = true }, "DataloaderDropLast was false and is true"),
        })
            FluentActions.Invoking(() => Train(args with { MaxSteps = 6 }, trainer => trainer.Train(resumeFromCheckpoint: true)))
                .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(says);
        FluentActions.Invoking(() => Train(Arguments, trainer => trainer.Train(resumeFromCheckpoint: true), rows: 7))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("has 8 training rows, but this run has 7");
        FluentActions.Invoking(() => Train(Arguments, trainer => trainer.Train(resumeFromCheckpoint: true), rows: 1))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("but this run has 1 row.");
        Train(Arguments with { Seed = 7, DataSeed = 42 }, trainer => trainer.Train(resumeFromCheckpoint: true));          // the same order
    }

    [Theory]
    [InlineData(SamplingStrategy.Sequential)]
    [InlineData(SamplingStrategy.GroupByLength)]
    public void Another_seed_is_accepted_if_the_row_order_does_not_use_it(SamplingStrategy strategy)
    {
        var arguments = Arguments with { TrainSamplingStrategy = strategy, SaveSteps = 3 };      // inside an epoch
        Train(arguments, trainer => trainer.Train());
        foreach (var other in new[] { arguments with { DataSeed = 9 }, arguments with { Seed = 7 } })
            Train(other with { SaveStrategy = SaveStrategy.No }, trainer => trainer.Train(_folder.File("checkpoint-3"))).Should().BeEmpty();
    }

    [Fact]
    public void Changes_that_leave_out_no_row_are_warned_of()
    {
        Train(Arguments, trainer => trainer.Train());
        var warning = Train(
            Arguments with { MaxSteps = 6, LearningRate = 1e-3, WeightDecay = 0.1 }, trainer => trainer.Train(resumeFromCheckpoint: true))
            .Should().ContainSingle().Which;
        warning.Should().ContainAll("was 4 and is 6", "LearningRate was 0.01 and is 0.001", "WeightDecay was 0 and is 0.1");
    }

    [Fact]
    public void Temporary_folders_of_a_killed_process_are_removed_and_the_checkpoint_that_it_was_replacing_is_restored()
    {
        Train(Arguments, trainer => trainer.Train());
        var beside = TemporaryEntry.NameFor(_folder.File("checkpoint-4"));
        Directory.Move(_folder.File("checkpoint-4"), beside + ".old");           // killed between the two renames
        Directory.CreateDirectory(beside);
        var other = TemporaryEntry.NameFor(_folder.File("checkpoint-2"));
        Directory.CreateDirectory(other + ".old");                               // killed after them
        CheckpointFolder.Prepare(_folder.Path);
        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order().Should().Equal("checkpoint-2", "checkpoint-4");
        Assert.True(File.Exists(Path.Combine(_folder.File("checkpoint-4"), "model.safetensors")));
    }
}
