using Microsoft.Extensions.Logging;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>The messages of a trainer have event ids and a field for each value.</summary>
public sealed class TrainingEventsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_with_evaluations_and_checkpoints_writes_its_events_in_order()
    {
        var log = new Recorded();
        var args = TinyRun.Arguments(_folder) with
        {
            MaxSteps = 4,
            LoggingSteps = 2,
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 4,
            SaveStrategy = SaveStrategy.Steps,
            SaveSteps = 4,
        };
        var trainer = Trainer(args, log);
        var output = trainer.Train();
        log.Messages.Select(message => message.Id)
            .Should().Equal(TrainingEvents.TrainingStarted, TrainingEvents.StepLogged, TrainingEvents.StepLogged, TrainingEvents.Evaluated,
                TrainingEvents.CheckpointSaved, TrainingEvents.TrainingCompleted);
        log.Messages.Should().AllSatisfy(message => message.Level.Should().Be(LogLevel.Information));
        log.Messages.Should().AllSatisfy(message => message.Fields.Should().ContainKey("Step"));
        Assert.Equal((0, 4, 1, 2), (log[0]["Step"], log[0]["TotalSteps"], log[0]["Epochs"], log[0]["BatchSize"]));
        var line = trainer.State.LogHistory[1];
        Assert.Equal((4, line["epoch"], line["loss"], line["learning_rate"], line["grad_norm"]),
            (log[2]["Step"], log[2]["Epoch"], log[2]["Loss"], log[2]["LearningRate"], log[2]["GradNorm"]));
        Assert.Equal((0.75, trainer.State.LogHistory[2]["eval_loss"]), (log[3]["EvalF1"], log[3]["EvalLoss"]));
        Assert.Equal(Path.Combine(_folder.Path, "checkpoint-4"), log[4]["Checkpoint"]);
        Assert.Equal(output.TrainingLoss, log[5]["TrainLoss"]);
        Assert.StartsWith("loss = {Loss}, grad_norm = {GradNorm}", (string)log[2]["{OriginalFormat}"]!, StringComparison.Ordinal);
        Assert.Equal("The checkpoint of step {Step} was saved to {Checkpoint}", log[4]["{OriginalFormat}"]);
    }

    [Fact]
    public void A_warning_and_a_cancellation_are_warnings_with_their_step()
    {
        var log = new Recorded();
        using var stop = new CancellationTokenSource();
        var trainer = Trainer(TinyRun.Arguments(_folder) with { EvalDelay = 1 }, log, new AtStep(3, _ => stop.Cancel()));
        FluentActions.Invoking(() => trainer.Train(cancellationToken: stop.Token)).Should().ThrowExactly<OperationCanceledException>();
        var (warning, cancelled) = (log.Messages.First(message => message.Id == TrainingEvents.Warning), log.Messages[^1]);
        Assert.Contains("EvalDelay has no effect", (string)warning.Fields["Message"]!, StringComparison.Ordinal);
        Assert.Equal((TrainingEvents.TrainingCancelled, LogLevel.Warning, 3, 8),
            (cancelled.Id, cancelled.Level, cancelled.Fields["Step"], cancelled.Fields["TotalSteps"]));
    }

    [Fact]
    public void Removed_columns_are_an_event_with_their_names()
    {
        var log = new Recorded();
        var rows = TinyRun.Rows(8).AddColumn("source", Enumerable.Repeat("a", 8).ToArray());
        _ = new Trainer(TinyRun.Model(), TinyRun.Arguments(_folder), rows,
            dataCollator: new DataCollatorWithPadding(padTokenId: 0), logger: log);
        var removed = log.Messages.Should().ContainSingle(message => message.Id == TrainingEvents.ColumnsRemoved).Which;
        Assert.Equal(("training", "source"), (removed.Fields["Role"], removed.Fields["Columns"]));
    }

    [Fact]
    public void The_event_ids_differ() =>
        typeof(TrainingEvents).GetProperties().Select(property => ((EventId)property.GetValue(null)!).Id).Should().OnlyHaveUniqueItems();

    private static Trainer Trainer(TrainingArguments args, ILogger logger, params TrainerCallback[] callbacks) =>
        new(TinyRun.Model(), args, TinyRun.Rows(8), TinyRun.Rows(4), new DataCollatorWithPadding(padTokenId: 0),
            computeMetrics: _ => new Dictionary<string, double> { ["f1"] = 0.75 }, callbacks: callbacks, logger: logger);

    private sealed record Message(LogLevel Level, EventId Id, string Text, IReadOnlyDictionary<string, object?> Fields);

    private sealed class Recorded : ILogger
    {
        internal List<Message> Messages { get; } = [];

        internal IReadOnlyDictionary<string, object?> this[int index] => Messages[index].Fields;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId != default)
                Messages.Add(new(logLevel, eventId, formatter(state, exception),
                    new Dictionary<string, object?>((IEnumerable<KeyValuePair<string, object?>>)state!)));
        }
    }
}
