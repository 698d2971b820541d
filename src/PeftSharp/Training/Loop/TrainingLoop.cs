using System.Diagnostics;
using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training.Loop;

/// <summary>Epochs of groups of batches, each group one optimizer step; after each step what the callbacks ask for.</summary>
/// <param name="run">What changes while it goes on.</param>
/// <param name="model">What is trained.</param>
/// <param name="dataset">The training rows.</param>
/// <param name="batchesOf">The batches of an epoch, as row numbers.</param>
/// <param name="loader">Rows to batches.</param>
/// <param name="update">One optimizer step.</param>
/// <param name="evaluate">Evaluates and logs; an error where there is nothing to evaluate on.</param>
/// <param name="log">Logs a line.</param>
/// <param name="saveModel">Writes the model's files into a folder.</param>
/// <param name="report">Called after each step and after an evaluation at the end of an epoch.</param>
internal sealed class TrainingLoop(
    TrainingRun run, PretrainedModel model, Dataset dataset, Func<int, IReadOnlyList<int[]>> batchesOf, BatchLoader loader, UpdateStep update,
    Func<CancellationToken, IReadOnlyDictionary<string, double>> evaluate, Action<OrderedDictionary<string, double>> log, Action<string> saveModel, IProgress<TrainProgress>? report)
{
    private readonly TrainingArguments _arguments = run.Arguments;
    private IReadOnlyDictionary<string, double> _metrics = new Dictionary<string, double>();
    private int _savedStep = -1;

    /// <param name="randomState">The random stream of the checkpoint that is resumed; null for a new run.</param>
    /// <param name="cancel">Checked before each step and before each batch of an evaluation.</param>
    internal TrainOutput Run(RandomState? randomState, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var (state, control) = (run.State, run.Control);
        model.train();
        update.ZeroGrad();                            // what an earlier run that failed half-way left
        Tell(callback => callback.OnTrainBegin(_arguments, state, control));
        if (_arguments.EvalOnStart && state.GlobalStep == 0) _metrics = evaluate(cancel);
        if (randomState is not null && run.Progress.IsEvaluationPending) RepeatEvaluation(randomState, cancel);
        while (run.Progress.Epoch < run.Plan.Epochs && !control.ShouldTrainingStop && !(IsDone && run.Progress.UpdatesInEpoch == 0))
        {
            RunEpoch(randomState, cancel);
            randomState = null;
        }
        if (randomState is not null) RandomStream.Restore(randomState.Now);     // resumed at the end: nothing was left to do
        return Finish(clock.Elapsed);
    }

    private bool IsDone => run.State.GlobalStep >= run.State.MaxSteps;

    /// <summary>Repeats the evaluation during which the resumed run was cancelled.</summary>
    private void RepeatEvaluation(RandomState randomState, CancellationToken cancel)
    {
        var (control, progress) = (run.Control, run.Progress);
        RandomStream.Restore(randomState.Now);
        run.EpochBegin = randomState.EpochBegin?.clone();
        (control.ShouldEvaluate, control.ShouldSave) = (true, progress.IsSavePending);
        (progress.IsEvaluationPending, progress.IsSavePending) = (false, false);
        LogEvaluateSave(cancel);
        using var now = RandomStream.Save();
        randomState.Now.copy_(now);
    }

    private void RunEpoch(RandomState? randomState, CancellationToken cancel)
    {
        var (state, control, progress) = (run.State, run.Control, run.Progress);
        var (epoch, updatesDone) = (progress.Epoch, progress.UpdatesInEpoch);
        control.ShouldEpochStop = false;
        Tell(callback => callback.OnEpochBegin(_arguments, state, control));
        if (randomState is not null) RandomStream.Restore(updatesDone == 0 ? randomState.Now : randomState.EpochBegin ?? randomState.Now);
        using var epochBegin = RandomStream.Save();
        if (run.DrawsOrder) run.EpochBegin = epochBegin.clone();
        RandomStream.SkipLoaderSeed();
        var batches = batchesOf(epoch);
        if (randomState is not null && updatesDone > 0) RandomStream.Restore(randomState.Now);      // within an epoch the stream was saved after the order was drawn
        var batchesDone = updatesDone * _arguments.GradientAccumulationSteps;
        var left = batches.Skip(batchesDone).ToArray();
        using var queue = loader.Queue(dataset, left);
        foreach (var group in left.Chunk(_arguments.GradientAccumulationSteps))
        {
            if (IsDone) break;                        // resumed from the checkpoint of the last step
            if (cancel.IsCancellationRequested)
            {
                if (progress.UpdatesInEpoch == 0) RandomStream.Restore(epochBegin);      // a checkpoint before the first step of an epoch draws its order again
                throw Cancelled(cancel);
            }
            Tell(callback => callback.OnStepBegin(_arguments, state, control));
            Update([.. group.Select(_ => queue.Next())]);
            batchesDone += group.Length;
            state.GlobalStep++;
            state.Epoch = epoch + (double)batchesDone / run.Plan.BatchesPerEpoch;
            progress.EndStep();
            Tell(callback => callback.OnStepEnd(_arguments, state, control));
            LogEvaluateSave(cancel);
            Report();
            if (control.ShouldEpochStop || control.ShouldTrainingStop) break;
        }
        progress.EndEpoch();
        Tell(callback => callback.OnEpochEnd(_arguments, state, control));
        var evaluates = control.ShouldEvaluate;
        LogEvaluateSave(cancel);
        if (evaluates && run.StepsDone > 0) Report();
    }

    private void Update(IReadOnlyList<ModelInputs> group)
    {
        var (state, control, progress) = (run.State, run.Control, run.Progress);
        var flos = group.Sum(model.FloatingPointOperations);
        (var loss, progress.GradientNorm) = update.Backward(group, state.GlobalStep + 1, run.Callbacks.LookAtGradients, () => Tell(callback => callback.OnSubstepEnd(_arguments, state, control)));
        progress.AddLoss(loss);
        state.TotalFlos += flos;
        progress.LearningRate = run.Schedule.At(state.GlobalStep);
        Tell(callback => callback.OnPreOptimizerStep(_arguments, state, control));
        update.Apply(progress.LearningRate, () =>
        {
            model.OnOptimizerStep(state.GlobalStep + 1, state.MaxSteps);
            Tell(callback => callback.OnOptimizerStep(_arguments, state, control));
        });
    }

    private void LogEvaluateSave(CancellationToken cancel)
    {
        var (control, progress, step) = (run.Control, run.Progress, run.State.GlobalStep);
        if (control.ShouldLog && progress.HasNewLoss(step))
            log(new OrderedDictionary<string, double> { ["loss"] = progress.TakeLoss(step), ["grad_norm"] = progress.GradientNorm, ["learning_rate"] = progress.LearningRate });
        if (control.ShouldEvaluate)
        {
            _metrics = Evaluate(cancel);
            var isBest = NoteBest(_metrics);
            if (_arguments.SaveStrategy == SaveStrategy.Best) control.ShouldSave = isBest;
        }
        if (control.ShouldSave) Save();
        control.ShouldLog = control.ShouldEvaluate = control.ShouldSave = false;
    }

    private IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancel)
    {
        if (!_arguments.SaveOnCancel) return evaluate(cancel);
        using var random = RandomStream.Save();
        var (lines, states) = (run.State.Log.Count, new Dictionary<string, JsonObject>(StringComparer.Ordinal));
        foreach (var (name, state) in run.Callbacks.SaveStates()) states[name] = state;
        try { return evaluate(cancel); }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            RandomStream.Restore(random);             // the checkpoint is that of the time before the evaluation
            run.State.Log.RemoveRange(lines, run.State.Log.Count - lines);
            run.Callbacks.LoadStates(states);
            (run.Progress.IsEvaluationPending, run.Progress.IsSavePending) = (true, run.Control.ShouldSave);
            throw Cancelled(cancel);
        }
    }

    /// <summary>Writes a checkpoint of the last step where the arguments ask for it, and makes the exception of a cancelled run.</summary>
    private OperationCanceledException Cancelled(CancellationToken cancel)
    {
        var (step, of) = (run.State.GlobalStep, run.State.MaxSteps);
        if (_arguments.SaveOnCancel && run.StepsDone > 0 && _savedStep != step) Save();
        return new OperationCanceledException($"The training was cancelled after step {step} of {of}"
            + (_savedStep == step ? $"; its checkpoint is '{CheckpointFolder.Of(_arguments.OutputDir, step)}'. Resume it with Train(Resume.Last)." : "."), cancel);
    }

    private void Report()
    {
        var (state, progress) = (run.State, run.Progress);
        report?.Report(new TrainProgress(state.GlobalStep, state.MaxSteps, state.Epoch, progress.LastLoss, progress.LearningRate, progress.GradientNorm, _metrics));
    }

    private bool NoteBest(IReadOnlyDictionary<string, double> metrics)
    {
        if (_arguments.BestMetric is not { } name) return false;
        if (!metrics.TryGetValue(name, out var value))
            throw new ArgumentException($"MetricForBestModel is '{_arguments.MetricForBestModel ?? "loss"}', but the evaluation gave {string.Join(", ", metrics.Keys)}. Name one of these.");
        run.Schedule.Evaluated(value);
        var state = run.State;
        if (state.BestMetric is { } best && !(_arguments.IsGreaterBetter ? value > best : value < best)) return false;
        if (double.IsNaN(value)) return false;
        state.BestMetric = value;
        if (_arguments.SaveStrategy != SaveStrategy.No) state.BestGlobalStep = state.GlobalStep;
        return true;
    }

    private void Save()
    {
        var state = run.State;
        var folder = CheckpointFolder.Of(_arguments.OutputDir, state.GlobalStep);
        if (state.BestGlobalStep is { } best && (best == state.GlobalStep || Directory.Exists(CheckpointFolder.Of(_arguments.OutputDir, best))))
            state.BestModelCheckpoint = CheckpointFolder.Of(_arguments.OutputDir, best);
        CheckpointFolder.Write(folder, beside => Checkpoint.Write(beside, run, model, saveModel));
        _savedStep = state.GlobalStep;
        Tell(callback => callback.OnSave(_arguments, state, run.Control));
        CheckpointFolder.Rotate(_arguments.OutputDir, run.Progress.RunId, _arguments.SaveTotalLimit, folder, state.BestModelCheckpoint);
    }

    private TrainOutput Finish(TimeSpan elapsed)
    {
        var state = run.State;
        var metrics = new OrderedDictionary<string, double>();
        Speed.AddTo(metrics, "train", elapsed, run.Plan.Samples * run.StepsDone / Math.Max(state.MaxSteps, 1), run.StepsDone);
        metrics["total_flos"] = state.TotalFlos;
        var meanLoss = run.Progress.MeanLoss(state.GlobalStep);
        metrics["train_loss"] = meanLoss;
        log(metrics);
        if (_arguments.LoadBestModelAtEnd && state.BestModelCheckpoint is { } best) model.LoadWeights(best);
        model.eval();
        Tell(callback => callback.OnTrainEnd(_arguments, state, run.Control));
        metrics["epoch"] = state.Epoch;
        return new TrainOutput(state.GlobalStep, meanLoss, new MetricTable(metrics));
    }

    private void Tell(Action<TrainerCallback> what) => run.Callbacks.Tell(what);
}
