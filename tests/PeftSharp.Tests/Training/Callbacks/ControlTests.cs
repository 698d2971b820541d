using PeftSharp.Training;

namespace PeftSharp.Tests.Training.Callbacks;

/// <summary>Events come in their order, and the trainer does what a callback requests through the control immediately and once.</summary>
public sealed class ControlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Events_come_in_the_order_of_transformers()
    {
        var args = TinyRun.Arguments(_folder) with
        {
            NumTrainEpochs = 1,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 2,
            LoggingSteps = 2,
            EvalStrategy = IntervalStrategy.Epoch,
            SaveStrategy = SaveStrategy.Epoch,
            PerDeviceEvalBatchSize = 2,
        };
        var script = new Script();
        var trainer = TinyRun.Trainer(args, TinyRun.Rows(7), TinyRun.Rows(3), callbacks: script);
        trainer.Train();
        string[] update = ["pre-optimizer", "optimizer", "step end"];
        script.Events.Should().Equal([
            "train begin", "epoch begin",
            "step begin", "substep", .. update,
            "step begin", "substep", .. update, "log loss",
            "epoch end", "prediction 1/2", "prediction 2/2", "log eval_loss", "evaluate", "save",
            "log train_runtime", "train end",
        ]);
        script.Events.Clear();
        trainer.Predict(TinyRun.Rows(2));
        script.Events.Should().Equal("prediction 1/1", "predict");
    }

    [Fact]
    public void A_callback_may_ask_for_a_log_an_evaluation_and_a_checkpoint()
    {
        var script = new Script();
        var args = TinyRun.Arguments(_folder) with { LoggingStrategy = IntervalStrategy.No };
        TinyRun.Trainer(args, evaluation: TinyRun.Rows(3), callbacks:
        [
            new AtStep(3, control => control.ShouldLog = true), new AtStep(5, control => control.ShouldEvaluate = true),
            new AtStep(6, control => control.ShouldSave = true), script,
        ]).Train();
        script.Numbered.Where(told => told.Contains("log", StringComparison.Ordinal) || told.Contains("evaluate", StringComparison.Ordinal)
            || told.Contains("save", StringComparison.Ordinal))
            .Should().Equal("3 log loss", "5 log eval_loss", "5 evaluate", "6 save", "8 log train_runtime");
        Directory.EnumerateDirectories(_folder.Path).Should().Equal(_folder.File("checkpoint-6"));
    }

    [Fact]
    public void A_log_that_is_asked_for_holds_the_mean_of_the_steps_since_the_last()
    {
        var every = TinyRun.Trainer(TinyRun.Arguments(_folder));
        every.Train();
        var some = TinyRun.Trainer(TinyRun.Arguments(_folder) with { LoggingStrategy = IntervalStrategy.No },
            callbacks: [new AtStep(3, control => control.ShouldLog = true), new AtStep(8, control => control.ShouldLog = true)]);
        var output = some.Train();
        double[] losses = [.. every.State.LogHistory.Where(line => line.ContainsKey("loss")).Select(line => line["loss"])];
        Close.Equal([losses[..3].Average(), losses[3..].Average()],
            [.. some.State.LogHistory.Where(line => line.ContainsKey("loss")).Select(line => line["loss"])], 1e-6);
        Close.Equal([losses.Average()], [output.TrainingLoss], 1e-6);
    }

    [Fact]
    public void A_callback_may_end_the_run_or_the_epoch()
    {
        var stopped = TinyRun.Trainer(TinyRun.Arguments(_folder), callbacks: new AtStep(3, control => control.ShouldTrainingStop = true));
        Assert.Equal(3, stopped.Train().GlobalStep);
        var script = new Script();
        var cut = TinyRun.Trainer(
            TinyRun.Arguments(_folder), callbacks: [new AtStep(3, control => control.ShouldEpochStop = true), script]);
        Assert.Equal(3 + 4, cut.Train().GlobalStep);
        Assert.Equal(2, script.Events.Count(told => told == "epoch begin"));
    }

    [Fact]
    public void An_evaluation_that_is_asked_for_without_data_says_what_is_missing()
    {
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder), callbacks: new AtStep(1, control => control.ShouldEvaluate = true));
        FluentActions.Invoking(() => trainer.Train())
            .Should().ThrowExactly<InvalidOperationException>().Which.Message.Should().Contain("evalDataset");
    }

    [Fact]
    public void Callbacks_are_added_and_removed()
    {
        var (kept, gone) = (new Script(), new Script());
        var trainer = TinyRun.Trainer(TinyRun.Arguments(_folder), callbacks: gone);
        trainer.AddCallback(kept);
        Assert.True(trainer.RemoveCallback(gone));
        Assert.False(trainer.RemoveCallback(gone));
        trainer.Train();
        kept.Events.Should().NotBeEmpty();
        gone.Events.Should().BeEmpty();
    }

    [Fact]
    public void An_evaluation_that_waits_begins_after_its_delay()
    {
        var args = TinyRun.Arguments(_folder) with
        {
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 2,
            EvalDelay = 5,
            LoggingFirstStep = true,
            LoggingSteps = 100,
        };
        var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(3));
        trainer.Train();
        trainer.State.LogHistory.Where(line => line.ContainsKey("eval_loss")).Select(line => line["step"]).Should().Equal(6, 8);
        trainer.State.LogHistory.Where(line => line.ContainsKey("loss")).Select(line => line["step"]).Should().Equal(1);
    }

    /// <summary>Records the events.</summary>
    private sealed class Script : TrainerCallback
    {
        internal List<string> Events { get; } = [];
        internal List<string> Numbered { get; } = [];

        public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "train begin");
        public override void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "train end");
        public override void OnEpochBegin(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "epoch begin");
        public override void OnEpochEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "epoch end");
        public override void OnStepBegin(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "step begin");
        public override void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) =>
            Note(state, "pre-optimizer");
        public override void OnOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) =>
            Note(state, "optimizer");
        public override void OnSubstepEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "substep");
        public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "step end");
        public override void OnEvaluate(
            TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics) =>
            Note(state, "evaluate");
        public override void OnPredict(
            TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics) =>
            Note(state, "predict");
        public override void OnPredictionStep(
            TrainingArguments args, TrainerState state, TrainerControl control, int completed, int total) =>
            Note(state, $"prediction {completed}/{total}");
        public override void OnSave(TrainingArguments args, TrainerState state, TrainerControl control) => Note(state, "save");

        public override void OnLog(
            TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
        {
            Assert.Same(logs, state.LogHistory[^1]);
            Note(state, $"log {logs.Keys.First()}");
        }

        private void Note(TrainerState state, string what)
        {
            Events.Add(what);
            Numbered.Add($"{state.GlobalStep} {what}");
        }
    }
}
