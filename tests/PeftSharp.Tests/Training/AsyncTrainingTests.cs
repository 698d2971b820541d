using PeftSharp.Data;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>A run on another thread gives the result of a run on the caller's thread, and reports each step.</summary>
public sealed class AsyncTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TrainingArguments Arguments => TinyRun.Arguments(_folder);

    [Fact]
    public async Task TrainAsync_gives_the_weights_of_Train_and_leaves_the_calling_thread()
    {
        var trainer = TinyRun.Trainer(Arguments, dropout: 0.2);
        trainer.Train();
        var thread = 0;
        var other = TinyRun.Trainer(Arguments, dropout: 0.2, callbacks: new AtStep(3, _ => thread = Environment.CurrentManagedThreadId));
        var caller = Environment.CurrentManagedThreadId;
        var output = await other.TrainAsync();
        Assert.Equal(8, output.GlobalStep);
        Assert.NotEqual(caller, thread);
        TinyRun.AssertSameBits(TinyRun.Bits(trainer.Model), other.Model);
    }

    [Fact]
    public async Task Each_step_is_reported_with_the_values_of_its_log_line()
    {
        var reports = new Reports();
        var trainer = TinyRun.Trainer(Arguments with { EvalStrategy = IntervalStrategy.Epoch, MaxSteps = 6 }, evaluation: TinyRun.Rows(4));
        await trainer.TrainAsync(progress: reports);
        // 4 steps an epoch; step 4 and the last step, within the second epoch, are reported once more with their evaluations.
        reports.Values.Select(report => report.Step).Should().Equal(1, 2, 3, 4, 4, 5, 6, 6);
        reports.Values.Should().AllSatisfy(report => report.TotalSteps.Should().Be(6));
        var logged = trainer.State.LogHistory.Where(line => line.ContainsKey("loss")).ToDictionary(line => (int)line["step"]);
        reports.Values.Should().AllSatisfy(report => (report.Loss, report.GradNorm, report.LearningRate, report.Epoch)
            .Should().Be((logged[report.Step]["loss"], logged[report.Step]["grad_norm"], logged[report.Step]["learning_rate"],
                logged[report.Step]["epoch"])));
        var evaluated = trainer.State.LogHistory.First(line => line.ContainsKey("eval_loss"))["eval_loss"];
        reports.Values.Take(4).Should().AllSatisfy(report => report.Metrics.Should().BeEmpty());
        reports.Values.Skip(4).Take(3).Should().AllSatisfy(report => report.Metrics["eval_loss"].Should().Be(evaluated));
    }

    [Fact]
    public async Task A_cancelled_run_is_a_cancelled_task()
    {
        using var stop = new CancellationTokenSource();
        var trainer = TinyRun.Trainer(Arguments, callbacks: new AtStep(3, _ => stop.Cancel()));
        var task = trainer.TrainAsync(cancellationToken: stop.Token);
        (await FluentActions.Awaiting(() => task).Should().ThrowAsync<OperationCanceledException>()).Which.Message
            .Should().Contain("after step 3 of 8");
        Assert.True(task.IsCanceled);
        Directory.GetDirectories(_folder.Path, "checkpoint-*").Should().BeEmpty();
    }

    [Fact]
    public void A_second_run_of_a_trainer_that_is_training_is_refused_and_the_first_goes_on()
    {
        Trainer? trainer = null;
        InvalidOperationException? error = null;
        trainer = TinyRun.Trainer(Arguments, callbacks: new AtStep(3, _ =>
            error = FluentActions.Invoking(() => trainer!.Train()).Should().ThrowExactly<InvalidOperationException>().Which));
        Assert.Equal(8, trainer.Train().GlobalStep);
        Assert.Contains("already training", error!.Message, StringComparison.Ordinal);
        Assert.Equal(8, trainer.Train().GlobalStep);
    }

    [Fact]
    public void An_evaluation_on_another_thread_is_refused_while_the_trainer_is_training()
    {
        Trainer? trainer = null;
        Exception? error = null;
        double? allowed = null;
        trainer = TinyRun.Trainer(Arguments, evaluation: TinyRun.Rows(4), callbacks: new AtStep(3, _ =>
        {
            var thread = new Thread(() => error = Record.Exception(() => trainer!.Evaluate()));
            thread.Start();
            thread.Join();
            allowed = trainer!.Evaluate()["eval_loss"];
        }));
        Assert.Equal(8, trainer.Train().GlobalStep);
        error.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("TrainAsync");
        Assert.NotNull(allowed);
    }

    [Fact]
    public async Task EvaluateAsync_and_PredictAsync_give_what_Evaluate_and_Predict_give()
    {
        var rows = TinyRun.Rows(6);
        var trainer = TinyRun.Trainer(Arguments, evaluation: rows);
        trainer.Train();
        Assert.Equal(trainer.Evaluate()["eval_loss"], (await trainer.EvaluateAsync())["eval_loss"]);
        Assert.Equal(trainer.Evaluate()["eval_loss"], (await trainer.EvaluateAsync(rows, "test"))["test_loss"]);
        Assert.Equal(trainer.Evaluate()["eval_loss"],
            (await trainer.EvaluateAsync(new Dictionary<string, Dataset> { ["same"] = rows }))["eval_same_loss"]);
        (await trainer.PredictAsync(rows)).Predictions.Values.Should().Equal(trainer.Predict(rows).Predictions.Values);
    }

    private sealed class Reports : IProgress<TrainProgress>
    {
        internal List<TrainProgress> Values { get; } = [];

        public void Report(TrainProgress value) => Values.Add(value);
    }
}
