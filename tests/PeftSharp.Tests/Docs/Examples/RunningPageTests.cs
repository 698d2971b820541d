using PeftSharp.Tests.Training;
using PeftSharp.Training;

namespace PeftSharp.Tests.Docs.Examples;

/// <summary>The code of the first part of docs/trainer.md runs.</summary>
/// <remarks>Without a dispose scope, which belongs to the thread that opens it: a test that awaits ends on another.</remarks>
public sealed class RunningPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TrainingArguments Arguments => TinyRun.Arguments(_folder) with { MaxSteps = 2 };

    [Fact]
    public async Task A_run_on_a_thread_of_its_own()
    {
        var (model, arguments, train, collator, cancellationToken) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator(), CancellationToken.None);
        #region readme-train-async
        var progress = new Progress<TrainProgress>(p => Console.WriteLine($"step {p.Step} of {p.TotalSteps}, epoch {p.Epoch:F2}, loss {p.Loss:F3}"));
        var trainer = new Trainer(model, arguments, train, dataCollator: collator);
        var output = await trainer.TrainAsync(progress: progress, cancellationToken: cancellationToken);
        #endregion
        Assert.Equal(2, output.GlobalStep);
    }

    [Fact]
    public void A_run_that_is_resumed_if_it_was_stopped()
    {
        var (model, arguments, train, collator) = (TinyRun.Model(), Arguments, TinyRun.Rows(8), new PaddingCollator());
        #region readme-resume
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };         // Ctrl+C
        var trainer = new Trainer(model, arguments with { SaveOnCancel = true }, train, dataCollator: collator);
        trainer.Train(Resume.IfPresent, cancellationToken: stop.Token);
        #endregion
        Assert.Equal(2, trainer.State.GlobalStep);
    }
}
