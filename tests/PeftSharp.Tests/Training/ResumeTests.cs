using PeftSharp.Data;
using PeftSharp.Optimization;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>
/// A run that is resumed from any of its checkpoints ends like the run that was not interrupted: weights, log, best values and random
/// stream are the same bit for bit.
/// </summary>
public sealed class ResumeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    // 11 rows in batches of 2 are 6 batches an epoch, the last of one row.
    private static readonly Dictionary<string, TrainingArguments> _runs = new()
    {
        ["every step"] = new(),
        ["accumulation, with a shorter last group"] = new() { GradientAccumulationSteps = 4 },
        ["logs less often than it saves"] = new() { LoggingSteps = 5, SaveSteps = 2 },
        ["saves in steps, logs and evaluates in epochs"] =
            new() { LoggingStrategy = IntervalStrategy.Epoch, EvalStrategy = IntervalStrategy.Epoch },
        ["saves, logs and evaluates in epochs"] = new()
        {
            LoggingStrategy = IntervalStrategy.Epoch, EvalStrategy = IntervalStrategy.Epoch, SaveStrategy = SaveStrategy.Epoch,
            LoadBestModelAtEnd = true,
        },
        ["evaluates in steps"] = new() { EvalStrategy = IntervalStrategy.Steps, EvalSteps = 2, SaveSteps = 2, LoadBestModelAtEnd = true },
        ["ends within an epoch"] = new() { MaxSteps = 8 },
        ["a fraction of an epoch"] = new() { NumTrainEpochs = 1.5 },
        ["rows of like length together, last batch left out"] =
            new() { TrainSamplingStrategy = SamplingStrategy.GroupByLength, DataloaderDropLast = true },
        ["a rate that follows the evaluations"] = new()
        {
            LrSchedulerType = SchedulerType.ReduceLrOnPlateau, LrSchedulerKwargs = new() { Patience = 0 },
            EvalStrategy = IntervalStrategy.Steps, EvalSteps = 1, MetricForBestModel = "loss",
        },
        ["another optimizer and a warm-up"] =
            new() { Optim = OptimizerName.Adafactor, WarmupSteps = 3, LrSchedulerType = SchedulerType.Cosine },
    };

    public static TheoryData<string> Runs => new(_runs.Keys);

    [Theory, MemberData(nameof(Runs))]
    public void Every_checkpoint_of_a_run_with_dropout_leads_to_the_same_end(string what)
    {
        var told = _runs[what];
        var args = Complete(told, "whole");
        var whole = Run(args);
        var checkpoints = Directory.GetDirectories(args.OutputDir, "checkpoint-*");
        checkpoints.Should().NotBeEmpty();
        foreach (var checkpoint in checkpoints) AssertSame(whole, Run(Complete(told, "resumed"), checkpoint), checkpoint);
    }

    [Fact]
    public void A_run_that_was_cancelled_goes_on_from_its_last_checkpoint()
    {
        var args = Complete(new TrainingArguments { SaveSteps = 3 }, "whole");
        var whole = Run(args);
        using var stop = new CancellationTokenSource();
        var cut = Trainer(Complete(new TrainingArguments { SaveSteps = 3 }, "cut"), new AtStep(7, _ => stop.Cancel()));
        FluentActions.Invoking(() => cut.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
        Assert.Equal(7, cut.State.GlobalStep);
        AssertSame(whole, Run(Complete(new TrainingArguments { SaveSteps = 3 }, "cut"), Path.Combine(_folder.File("cut"), "checkpoint-6")),
            "checkpoint-6");
    }

    [Theory, MemberData(nameof(Runs))]
    public void A_run_that_saves_on_cancel_resumes_from_any_step(string what)
    {
        TrainingArguments Arguments(string name) =>
            Complete(_runs[what], name) is var args && args.LoadBestModelAtEnd ? args : args with { SaveStrategy = SaveStrategy.No };
        var whole = Run(Arguments("whole"));
        var saved = 0;
        foreach (var step in new[] { 1, 2, 5, 6, 7, 11 }.Where(step => step < whole.Output.GlobalStep))
        {
            using var stop = new CancellationTokenSource();
            var args = Arguments($"cut-{step}") with { SaveOnCancel = true };
            var cut = Trainer(args, new AtStep(step, _ => stop.Cancel()));
            var error = FluentActions.Invoking(() => cut.Train(cancellationToken: stop.Token))
                .Should().ThrowExactly<OperationCanceledException>().Which;
            var checkpoint = Path.Combine(args.OutputDir, $"checkpoint-{step}");
            Assert.Equal(checkpoint, TrainerUtils.GetLastCheckpoint(args.OutputDir));
            error.Message.Should().Contain(checkpoint);
            AssertSame(whole, Run(Arguments("resumed"), checkpoint), checkpoint);
            saved++;
        }
        Assert.NotEqual(0, saved);
    }

    [Fact]
    public void An_evaluation_that_was_cancelled_between_two_sets_is_repeated_whole()
    {
        Trainer Make(string name, params TrainerCallback[] callbacks) => new(TinyRun.Model(dropout: 0.2),
            Complete(new TrainingArguments { EvalStrategy = IntervalStrategy.Steps, EvalSteps = 2, SaveSteps = 2, SaveOnCancel = true },
                name), TinyRun.Rows(11), dataCollator: new DataCollatorWithPadding(padTokenId: 0),
            evalDatasets: new Dictionary<string, Dataset> { ["a"] = TinyRun.Rows(5), ["b"] = TinyRun.Rows(4) }, callbacks: callbacks);
        var trainer = Make("whole");
        var whole = new Ended(trainer, trainer.Train(), rand(1).item<float>());
        // Evaluations of set a at steps 2, 4 and 6; the last one is at the end of an epoch.
        foreach (var evaluation in new[] { 1, 3, 5 })
        {
            using var stop = new CancellationTokenSource();
            var cut = Make($"cut-{evaluation}", new AtEvaluation(evaluation, stop.Cancel));
            FluentActions.Invoking(() => cut.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
            cut.State.LogHistory.Should().NotContain(line => line.ContainsKey("eval_a_loss") && line["step"] == cut.State.GlobalStep);
            var resumed = Make($"cut-{evaluation}");
            AssertSame(whole, new Ended(resumed, resumed.Train(Resume.Last), rand(1).item<float>()), $"evaluation {evaluation}");
            Directory.GetDirectories(_folder.File($"cut-{evaluation}")).Select(Path.GetFileName).Order()
                .Should().Equal(Directory.GetDirectories(_folder.File("whole")).Select(Path.GetFileName).Order());
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_run_that_is_cancelled_before_its_first_step_or_without_SaveOnCancel_writes_no_checkpoint(bool saveOnCancel)
    {
        using var stop = new CancellationTokenSource();
        if (saveOnCancel) stop.Cancel();
        var trainer = Trainer(Complete(new TrainingArguments { SaveStrategy = SaveStrategy.No, SaveOnCancel = saveOnCancel }, "none"),
            new AtStep(2, _ => stop.Cancel()));
        FluentActions.Invoking(() => trainer.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
        Assert.Null(TrainerUtils.GetLastCheckpoint(_folder.File("none")));
    }

    private sealed class AtEvaluation(int number, Action act) : TrainerCallback
    {
        private int _seen;

        public override void OnEvaluate(
            TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
        {
            if (++_seen == number) act();
        }
    }

    [Fact]
    public void Epochs_that_a_callback_cut_short_are_counted()
    {
        static TrainerCallback[] Cut() => [new AtStep(2, control => control.ShouldEpochStop = true)];
        var whole = Run(Complete(new TrainingArguments(), "whole"), callbacks: Cut());
        Assert.Equal(2 + 6, whole.Trainer.State.GlobalStep);
        foreach (var step in new[] { 1, 2, 3, 7 })
            AssertSame(whole, Run(Complete(new TrainingArguments(), "resumed"), Path.Combine(_folder.File("whole"), $"checkpoint-{step}"),
                Cut()), $"checkpoint-{step}");
    }

    [Fact]
    public void An_adapter_with_dropout_goes_on_from_its_own_small_checkpoint()
    {
        var lora = new LoraConfig { TaskType = TaskType.SeqCls, R = 2, LoraDropout = TestDevice.IsCpu ? 0.3 : 0 };
        Trainer Adapted(string name) => new(TinyRun.Model(dropout: 0.1).GetPeftModel(lora),
            Complete(new TrainingArguments { GradientAccumulationSteps = 2 }, name), TinyRun.Rows(11),
            dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        var whole = Adapted("whole");
        var output = whole.Train();
        var end = new Ended(whole, output, rand(1).item<float>());
        foreach (var step in new[] { 1, 3, 4, 6 })
        {
            var checkpoint = Path.Combine(_folder.File("whole"), $"checkpoint-{step}");
            Assert.False(File.Exists(Path.Combine(checkpoint, "model.safetensors")));
            var resumed = Adapted("resumed");
            var again = resumed.Train(checkpoint);
            AssertSame(end, new Ended(resumed, again, rand(1).item<float>()), checkpoint);
        }
    }

    [Fact]
    public void Without_a_folder_the_newest_complete_checkpoint_is_resumed()
    {
        FluentActions.Invoking(() => Trainer(Complete(new TrainingArguments(), "none")).Train(resumeFromCheckpoint: true))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(_folder.File("none"));
        var args = Complete(new TrainingArguments { SaveSteps = 5, MaxSteps = 12 }, "whole");
        var whole = Run(args);
        Directory.Delete(Path.Combine(args.OutputDir, "checkpoint-12"), recursive: true);
        Directory.CreateDirectory(Path.Combine(args.OutputDir, "checkpoint-11.1.tmp"));       // the temporary folder of a killed process
        var first = new FirstStep();
        var resumed = Trainer(args, first);
        var output = resumed.Train(resumeFromCheckpoint: true);
        AssertSame(whole, new Ended(resumed, output, rand(1).item<float>()), "the newest");
        Assert.Equal(10, first.Step);
        var anew = Trainer(args, first);
        anew.Train(resumeFromCheckpoint: false);
        Assert.Equal(0, first.Step);
    }

    private sealed class FirstStep : TrainerCallback
    {
        internal int Step { get; private set; }

        public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) => Step = state.GlobalStep;
    }

    [Fact]
    public void Early_stopping_remembers_how_long_it_has_waited()
    {
        // At a rate of 0 no evaluation is better than the first, so that the run ends after its fourth.
        var told = new TrainingArguments
        {
            LearningRate = 1e-12, EvalStrategy = IntervalStrategy.Steps, EvalSteps = 1, MetricForBestModel = "score",
        };
        static TrainerCallback[] Stop() => [new EarlyStoppingCallback(3)];
        Assert.Equal(4, Run(Complete(told, "whole"), callbacks: Stop()).Trainer.State.GlobalStep);
        Assert.Equal(
            4, Run(Complete(told, "resumed"), Path.Combine(_folder.File("whole"), "checkpoint-2"), Stop()).Trainer.State.GlobalStep);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_and_the_model_is_unchanged()
    {
        Run(Complete(new TrainingArguments(), "whole"));
        var checkpoint = Path.Combine(_folder.File("whole"), "checkpoint-4");
        var trainer = Trainer(Complete(new TrainingArguments { GradientAccumulationSteps = 3 }, "other"));
        var before = TinyRun.Bits(trainer.Model);
        FluentActions.Invoking(() => trainer.Train(checkpoint))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("GradientAccumulationSteps was 1 and is 3");
        var sgd = new Trainer(trainer.Model, Complete(new TrainingArguments { Optim = OptimizerName.Adafactor }, "other"),
            TinyRun.Rows(11), TinyRun.Rows(5), new DataCollatorWithPadding(padTokenId: 0));
        FluentActions.Invoking(() => sgd.Train(checkpoint)).Should().ThrowExactly<CheckpointException>();
        TinyRun.AssertSameBits(before, trainer.Model);
    }

    public static TheoryData<string> Files =>
        ["model.safetensors", "optimizer.safetensors", "rng_state.safetensors", "scheduler.json", "trainer_state.json"];

    [Theory, MemberData(nameof(Files))]
    public void A_checkpoint_with_a_missing_or_truncated_file_is_refused_by_its_name_and_the_model_is_unchanged(string file)
    {
        Run(Complete(new TrainingArguments(), "whole"));
        var path = Path.Combine(_folder.File("whole"), "checkpoint-4", file);
        var content = File.ReadAllBytes(path);
        var trainer = Trainer(Complete(new TrainingArguments(), "other"));
        var before = TinyRun.Bits(trainer.Model);
        foreach (var damage in new Action[] { () => File.WriteAllBytes(path, content[..(content.Length / 2)]), () => File.Delete(path) })
        {
            damage();
            FluentActions.Invoking(() => trainer.Train(Path.GetDirectoryName(path)))
                .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain(file);
            TinyRun.AssertSameBits(before, trainer.Model);
        }
    }

    [Fact]
    public void A_checkpoint_of_the_model_alone_says_so()
    {
        Run(Complete(new TrainingArguments { SaveOnlyModel = true }, "whole"));
        FluentActions.Invoking(() => Run(Complete(new TrainingArguments(), "other"), Path.Combine(_folder.File("whole"), "checkpoint-4")))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("SaveOnlyModel");
    }

    private TrainingArguments Complete(TrainingArguments told, string name) => told with
    {
        OutputDir = _folder.File(name),
        UseCpu = TestDevice.IsCpu,
        LearningRate = told.LearningRate < 1e-9 ? told.LearningRate : 1e-2,
        PerDeviceTrainBatchSize = 2,
        NumTrainEpochs = told.NumTrainEpochs == 3 ? 2 : told.NumTrainEpochs,
        LoggingSteps = told.LoggingSteps == 500 ? 1 : told.LoggingSteps,
        SaveSteps = told.SaveSteps == 500 ? 1 : told.SaveSteps,
    };

    private static Trainer Trainer(TrainingArguments args, params TrainerCallback[] callbacks) => TinyRun.Trainer(args, TinyRun.Rows(11),
        TinyRun.Rows(5), dropout: 0.2, computeMetrics: _ => new Dictionary<string, double> { ["score"] = 1 }, callbacks: callbacks);

    private static Ended Run(TrainingArguments args, string? checkpoint = null, params TrainerCallback[] callbacks)
    {
        var trainer = Trainer(args, callbacks);
        var output = trainer.Train(checkpoint);
        return new Ended(trainer, output, rand(1).item<float>());
    }

    private static void AssertSame(Ended whole, Ended resumed, string from)
    {
        Log(resumed).Should().Equal(Log(whole));
        Assert.Equal((whole.Output.GlobalStep, whole.Output.TrainingLoss), (resumed.Output.GlobalStep, resumed.Output.TrainingLoss));
        var (a, b) = (whole.Trainer.State, resumed.Trainer.State);
        Assert.Equal((a.GlobalStep, a.Epoch, a.BestMetric, a.BestGlobalStep, a.TotalFlos, a.MaxSteps, a.NumTrainEpochs),
            (b.GlobalStep, b.Epoch, b.BestMetric, b.BestGlobalStep, b.TotalFlos, b.MaxSteps, b.NumTrainEpochs));
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
