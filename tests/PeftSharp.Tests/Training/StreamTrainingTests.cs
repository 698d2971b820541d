using PeftSharp.Data;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>
/// Training on a stream: its steps are those of a dataset in the same order, and a run that is resumed from any checkpoint ends like the
/// run that was not interrupted, bit for bit.
/// </summary>
public sealed class StreamTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory, InlineData(1, 0), InlineData(4, 0), InlineData(4, 2)]
    public void A_stream_is_trained_like_a_dataset_in_the_same_order(int accumulation, int workers)
    {
        var args = Complete(new TrainingArguments { GradientAccumulationSteps = accumulation, DataloaderNumWorkers = workers }, "run");
        var dataset = Run(args with { TrainSamplingStrategy = SamplingStrategy.Sequential, DataloaderNumWorkers = 0 },
            () => TinyRun.Rows(11));
        AssertSame(dataset, Run(args, () => TinyRun.Rows(11).ToIterableDataset()), "the dataset");
    }

    private static readonly Dictionary<string, (TrainingArguments Args, Func<IterableDataset> Rows)> _runs = new()
    {
        ["a dataset of known length"] = (new(), () => TinyRun.Rows(11).ToIterableDataset(3)),
        ["a shuffle buffer"] = (new() { GradientAccumulationSteps = 2 },
            () => TinyRun.Rows(11).ToIterableDataset(3).Shuffle(5, bufferSize: 4)),
        ["a shuffle without a seed"] = (new(), () => TinyRun.Rows(11).ToIterableDataset(3).Shuffle(bufferSize: 4)),
        ["a filter, so that the length is not known"] = (new() { MaxSteps = 9 },
            () => TinyRun.Rows(11).ToIterableDataset().Shuffle(5, bufferSize: 6).Filter((_, index) => index % 4 != 1)),
        ["prefetched batches"] = (new() { MaxSteps = 9, DataloaderNumWorkers = 3 },
            () => TinyRun.Rows(11).ToIterableDataset(2).Shuffle(5, bufferSize: 4).Filter((_, index) => index % 4 != 1)),
        ["a batched function and prefetched batches"] = (new() { MaxSteps = 7, DataloaderNumWorkers = 2, DataloaderDropLast = true },
            () => TinyRun.Rows(11).ToIterableDataset().Map(Copy, batched: true, batchSize: 3).Shuffle(1, bufferSize: 5).Take(9)),
        ["an endless stream"] = (new() { MaxSteps = 7 }, () => TinyRun.Rows(3).ToIterableDataset().Repeat()),
        ["evaluations of a stream"] = (new()
        {
            EvalStrategy = IntervalStrategy.Steps, EvalSteps = 2, LoadBestModelAtEnd = true, SaveSteps = 2,
        }, () => TinyRun.Rows(11).ToIterableDataset().Shuffle(3, bufferSize: 4)),
    };

    public static TheoryData<string> Runs => new(_runs.Keys);

    [Theory, MemberData(nameof(Runs))]
    public void Every_checkpoint_leads_to_the_same_end(string what)
    {
        var (told, rows) = _runs[what];
        var args = Complete(told, "whole");
        var whole = Run(args, rows);
        var checkpoints = Directory.GetDirectories(args.OutputDir, "checkpoint-*");
        checkpoints.Should().HaveCountGreaterThan(2);
        foreach (var checkpoint in checkpoints.Where(checkpoint => Step(checkpoint) % 3 != 1))
            AssertSame(whole, Run(Complete(told, "resumed"), rows, checkpoint), checkpoint);
    }

    [Theory, MemberData(nameof(Runs))]
    public void A_run_that_saves_on_cancel_resumes_from_any_step(string what)
    {
        var (told, rows) = _runs[what];
        if (told.LoadBestModelAtEnd) return;                    // requires checkpoints
        TrainingArguments Arguments(string name) => Complete(told, name) with { SaveStrategy = SaveStrategy.No };
        if (what == "a shuffle without a seed") return;         // the uninterrupted run has another seed
        var whole = Run(Arguments("whole"), rows);
        foreach (var step in new[] { 1, 4, 6 }.Where(step => step < whole.Output.GlobalStep))
        {
            using var stop = new CancellationTokenSource();
            var args = Arguments($"cut-{step}") with { SaveOnCancel = true };
            var cut = Trainer(args, rows(), new AtStep(step, _ => stop.Cancel()));
            FluentActions.Invoking(() => cut.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
            AssertSame(whole, Run(Arguments("resumed"), rows, Path.Combine(args.OutputDir, $"checkpoint-{step}")), $"step {step}");
        }
    }

    [Theory, InlineData(0), InlineData(2)]
    public void An_epoch_that_a_callback_has_ended_is_not_continued(int workers)
    {
        static IterableDataset Rows() => TinyRun.Rows(11).ToIterableDataset().Filter(_ => true);
        TrainingArguments Arguments(string name) =>
            Complete(new TrainingArguments { MaxSteps = 8, DataloaderNumWorkers = workers }, name);
        TrainerCallback[] Stop() => [new AtStep(2, control => control.ShouldEpochStop = true)];
        var whole = Run(Arguments("whole"), Rows, callbacks: Stop());
        AssertSame(whole, Run(Arguments("resumed"), Rows, Path.Combine(_folder.File("whole"), "checkpoint-2"), Stop()), "step 2");
    }

    [Fact]
    public void With_IgnoreDataSkip_the_epoch_starts_again_also_with_other_rows()
    {
        var args = Complete(new TrainingArguments { MaxSteps = 4 }, "whole");
        Run(args, () => TinyRun.Rows(11).ToIterableDataset().Shuffle(1, 4).Filter(_ => true));
        var rows = new List<int>();
        IterableDataset Other() => TinyRun.Rows(7).ToIterableDataset().Map((row, index) =>
        {
            rows.Add(index);
            return new Dictionary<string, object?>();
        });
        var checkpoint = Path.Combine(args.OutputDir, "checkpoint-3");
        FluentActions.Invoking(() => Run(args, Other, checkpoint)).Should().ThrowExactly<CheckpointException>()
            .WithMessage("*training rows*").And.Message.Should().Contain("7");
        rows.Clear();
        var resumed = Run(Complete(new TrainingArguments { MaxSteps = 5, IgnoreDataSkip = true }, "other"), Other, checkpoint);
        resumed.Output.GlobalStep.Should().Be(5);
        rows.Should().StartWith([0, 1, 0, 1, 2, 3], "the constructor reads the first batch, and the epoch starts at its first row");
    }

    [Fact]
    public void A_dataset_resumes_with_IgnoreDataSkip_at_the_first_row_of_the_epoch()
    {
        var args = Complete(new TrainingArguments(), "whole");
        Run(args, () => TinyRun.Rows(11));
        var resumed = Run(Complete(new TrainingArguments { IgnoreDataSkip = true }, "other"), () => TinyRun.Rows(13),
            Path.Combine(args.OutputDir, "checkpoint-3"));
        resumed.Trainer.State.LogHistory.Where(line => line.ContainsKey("loss")).Skip(3).Take(2).Select(line => line["epoch"])
            .Should().Equal([1.0 / 7, 2.0 / 7], "the log of the checkpoint has three steps");
        resumed.Output.GlobalStep.Should().Be(14);
    }

    [Fact]
    public void A_checkpoint_of_another_stream_is_refused_with_both_streams()
    {
        Run(Complete(new TrainingArguments { MaxSteps = 4 }, "whole"), () => TinyRun.Rows(11).ToIterableDataset().Shuffle(1, 4));
        var checkpoint = Path.Combine(_folder.File("whole"), "checkpoint-3");
        FluentActions.Invoking(() => Run(Complete(new TrainingArguments { MaxSteps = 4 }, "other"),
            () => TinyRun.Rows(11).ToIterableDataset().Shuffle(1, 5), checkpoint))
            .Should().ThrowExactly<CheckpointException>().WithMessage("*buffer 4*buffer 5*IgnoreDataSkip*");
        FluentActions.Invoking(() => Run(Complete(new TrainingArguments { MaxSteps = 4 }, "other"), () => TinyRun.Rows(11), checkpoint))
            .Should().ThrowExactly<CheckpointException>().WithMessage("*a stream*a dataset*");
        File.Delete(Path.Combine(checkpoint, "train_dataset_state.json"));
        FluentActions.Invoking(() => Run(Complete(new TrainingArguments { MaxSteps = 4 }, "other"),
            () => TinyRun.Rows(11).ToIterableDataset().Shuffle(1, 4), checkpoint))
            .Should().ThrowExactly<CheckpointException>().WithMessage("*train_dataset_state.json*");
    }

    [Fact]
    public void A_stream_of_unknown_length_requires_MaxSteps()
    {
        var stream = TinyRun.Rows(4).ToIterableDataset().Filter(_ => true);
        FluentActions.Invoking(() => Trainer(Complete(new TrainingArguments(), "run"), stream))
            .Should().ThrowExactly<ArgumentException>().WithMessage("*set MaxSteps*");
        FluentActions.Invoking(() => Trainer(
            Complete(new TrainingArguments { MaxSteps = 2, TrainSamplingStrategy = SamplingStrategy.GroupByLength }, "run"), stream))
            .Should().ThrowExactly<ArgumentException>().WithMessage("*GroupByLength*");
        FluentActions.Invoking(() => new OwnBatches(Complete(new TrainingArguments { MaxSteps = 2 }, "run"), stream))
            .Should().ThrowExactly<ArgumentException>().WithMessage("*GetTrainBatches*");
    }

    private sealed class OwnBatches(TrainingArguments args, IterableDataset rows)
        : Trainer(TinyRun.Model(), args, rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0))
    {
        protected override IReadOnlyList<int[]> GetTrainBatches(Dataset trainDataset, int epoch) => [[0]];
    }

    [Fact]
    public void A_stream_without_rows_is_an_error_and_one_that_ends_is_a_warning()
    {
        FluentActions.Invoking(() => Trainer(Complete(new TrainingArguments { MaxSteps = 2 }, "run"),
            TinyRun.Rows(4).ToIterableDataset().Filter(_ => false)))
            .Should().ThrowExactly<DatasetException>().WithMessage("*no rows*");
        var calls = 0;
        var once = IterableDataset.FromGenerator(() => ++calls <= 2 ? TinyRun.Rows(6) : Enumerable.Empty<Row>());
        var warnings = new Warnings();
        var output = Trainer(Complete(new TrainingArguments { MaxSteps = 20 }, "run"), once, warnings).Train();
        output.GlobalStep.Should().Be(3);
        warnings.Messages.Should().ContainSingle(message => message.Contains("no rows in epoch 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stream_is_evaluated_and_predicted_like_its_dataset()
    {
        var rows = TinyRun.Rows(11);
        var args = Complete(new TrainingArguments { PerDeviceEvalBatchSize = 4 }, "run");
        var trainer = Trainer(args, rows);
        static IEnumerable<KeyValuePair<string, double>> Values(IReadOnlyDictionary<string, double> metrics) =>
            metrics.Where(pair => pair.Key is "eval_loss" or "test_loss");
        var stream = rows.ToIterableDataset().Filter(_ => true);
        Values(trainer.Evaluate(stream)).Should().Equal(Values(trainer.Evaluate(rows)));
        var (expected, found) = (trainer.Predict(rows), trainer.Predict(stream));
        found.Predictions.Values.ToArray().Should().Equal(expected.Predictions.Values.ToArray());
        Values(found.Metrics).Should().Equal(Values(expected.Metrics));
    }

    [Fact]
    public void Columns_that_the_model_does_not_read_are_removed_and_a_wrong_row_is_named()
    {
        var rows = TinyRun.Rows(11).AddColumn("note", Enumerable.Range(0, 11).Select(i => $"note {i}").ToArray())
            .RenameColumn("labels", "label");
        var args = Complete(new TrainingArguments(), "run");
        AssertSame(Run(args, () => TinyRun.Rows(11).ToIterableDataset()), Run(args, () => rows.ToIterableDataset()), "the same rows");
        var wrong = TinyRun.Rows(8).ToIterableDataset().Map(
            (_, index) => new Dictionary<string, object?> { ["labels"] = index < 6 ? 1L : "x" });
        FluentActions.Invoking(() => Trainer(args, wrong).Train())
            .Should().ThrowExactly<DatasetException>().WithMessage("Rows 6 to 7 of the training stream*text*");
    }

    private static Dictionary<string, object?> Copy(Batch batch) => new() { ["labels"] = batch["labels"].ToArray<long>() };

    private static int Step(string checkpoint) =>
        int.Parse(checkpoint[(checkpoint.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private TrainingArguments Complete(TrainingArguments told, string name) => told with
    {
        OutputDir = _folder.File(name),
        UseCpu = TestDevice.IsCpu,
        LearningRate = 1e-2,
        PerDeviceTrainBatchSize = 2,
        NumTrainEpochs = 2,
        LoggingSteps = 1,
        SaveSteps = told.SaveSteps == 500 ? 1 : told.SaveSteps,
    };

    private static Trainer Trainer(TrainingArguments args, DatasetBase rows, params TrainerCallback[] callbacks) =>
        new(TinyRun.Model(dropout: 0.2), args, rows,
            rows is IterableDataset ? TinyRun.Rows(5).ToIterableDataset().Filter(_ => true) : TinyRun.Rows(5),
            new DataCollatorWithPadding(padTokenId: 0), callbacks: callbacks);

    private static Ended Run(
        TrainingArguments args, Func<DatasetBase> rows, string? checkpoint = null, params TrainerCallback[] callbacks)
    {
        var trainer = Trainer(args, rows(), callbacks);
        var output = trainer.Train(checkpoint);
        return new Ended(trainer, output, rand(1).item<float>());
    }

    private static void AssertSame(Ended whole, Ended resumed, string from)
    {
        Log(resumed).Should().Equal(Log(whole));
        Assert.Equal((whole.Output.GlobalStep, whole.Output.TrainingLoss), (resumed.Output.GlobalStep, resumed.Output.TrainingLoss));
        TinyRun.AssertSameBits(TinyRun.Bits(whole.Trainer.Model), resumed.Trainer.Model);
        resumed.NextNumber.Should().Be(whole.NextNumber, $"the random stream after {from} is the same");
    }

    /// <summary>The log without the values that depend on the clock.</summary>
    private static string[] Log(Ended run) => [.. run.Trainer.State.LogHistory.Select(line => string.Join(", ", line
        .Where(pair => !pair.Key.EndsWith("_runtime", StringComparison.Ordinal)
            && !pair.Key.EndsWith("_per_second", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:R}"))))];

    private sealed record Ended(Trainer Trainer, TrainOutput Output, float NextNumber);
}
