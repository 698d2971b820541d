using System.Diagnostics;
using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Training.Batching;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training.Loop;

/// <summary>
/// The training loop: for each epoch and each group of batches, one optimizer step; then logging, evaluation and saving as set in
/// <see cref="TrainerControl"/>.
/// </summary>
/// <param name="run">The state of the run.</param>
/// <param name="model">The model.</param>
/// <param name="openEpoch">Returns the batches of an epoch, without those that were processed before the run was resumed.</param>
/// <param name="update">Performs an optimizer step.</param>
/// <param name="evaluate">Evaluates the model and logs the metrics; throws if there is no evaluation dataset.</param>
/// <param name="log">Logs an entry.</param>
/// <param name="warn">Reports a warning.</param>
/// <param name="saveModel">Saves the model to a folder.</param>
/// <param name="report">Called after each step and after an evaluation at the end of an epoch.</param>
internal sealed class TrainingLoop(
    TrainingRun run, PretrainedModel model, Func<int, int, EpochBatches> openEpoch, UpdateStep update,
    Func<CancellationToken, IReadOnlyDictionary<string, double>> evaluate, Action<OrderedDictionary<string, double>> log,
    Action<string> warn, Action<string> saveModel, IProgress<TrainProgress>? report)
{
    private readonly TrainingArguments _arguments = run.Arguments;
    private IReadOnlyDictionary<string, double> _metrics = new Dictionary<string, double>();
    private int _savedStep = -1;

    /// <param name="randomState">The random number generator state of the checkpoint that is resumed; null for a new run.</param>
    /// <param name="cancel">Checked before each step and before each batch of an evaluation.</param>
    internal TrainOutput Run(RandomState? randomState, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var (state, control) = (run.State, run.Control);
        model.train();
        update.ZeroGrad();                            // an earlier run that failed may have left gradients
        Invoke(callback => callback.OnTrainBegin(_arguments, state, control));
        if (_arguments.EvalOnStart && state.GlobalStep == 0) _metrics = evaluate(cancel);
        if (randomState is not null && run.Progress.IsEvaluationPending) RepeatEvaluation(randomState, cancel);
        while (run.Progress.Epoch < run.Plan.Epochs && !control.ShouldTrainingStop && !(IsDone && run.Progress.UpdatesInEpoch == 0))
        {
            RunEpoch(randomState, cancel);
            randomState = null;
        }
        if (randomState is not null) DefaultGenerator.Restore(randomState.Now);     // resumed after the last step: no epoch was run
        return Finish(clock.Elapsed);
    }

    private bool IsDone => run.State.GlobalStep >= run.State.MaxSteps;

    /// <summary>Repeats the evaluation during which the run of the checkpoint was cancelled.</summary>
    private void RepeatEvaluation(RandomState randomState, CancellationToken cancel)
    {
        var (control, progress) = (run.Control, run.Progress);
        DefaultGenerator.Restore(randomState.Now);
        run.EpochBegin = randomState.EpochBegin?.clone();
        (control.ShouldEvaluate, control.ShouldSave) = (true, progress.IsSavePending);
        (progress.IsEvaluationPending, progress.IsSavePending) = (false, false);
        LogEvaluateSave(cancel);
        using var now = DefaultGenerator.Save();
        randomState.Now.copy_(now);
    }

    private void RunEpoch(RandomState? randomState, CancellationToken cancel)
    {
        var (state, control, progress) = (run.State, run.Control, run.Progress);
        var (epoch, updatesDone) = (progress.Epoch, progress.UpdatesInEpoch);
        control.ShouldEpochStop = false;
        Invoke(callback => callback.OnEpochBegin(_arguments, state, control));
        if (randomState is not null)
            DefaultGenerator.Restore(updatesDone == 0 ? randomState.Now : randomState.EpochBegin ?? randomState.Now);
        using var epochBegin = DefaultGenerator.Save();
        if (run.OrderUsesDefaultGenerator) run.EpochBegin = epochBegin.clone();
        DefaultGenerator.SkipDataLoaderSeed();
        var batchesDone = updatesDone * _arguments.GradientAccumulationSteps;
        using var batches = openEpoch(epoch, batchesDone);
        // A checkpoint within an epoch has the generator's state after the row order was drawn, so the state is restored only here.
        if (randomState is not null && updatesDone > 0) DefaultGenerator.Restore(randomState.Now);
        while (batches.HasNext)
        {
            if (IsDone) break;                        // resumed from the checkpoint of the last step
            if (cancel.IsCancellationRequested)
            {
                // A run that is resumed before the first step of an epoch draws the row order again.
                if (progress.UpdatesInEpoch == 0) DefaultGenerator.Restore(epochBegin);
                throw Cancelled(cancel);
            }
            Invoke(callback => callback.OnStepBegin(_arguments, state, control));
            var group = NextGroup(batches);
            Update(group);
            batchesDone += group.Count;
            state.GlobalStep++;
            state.Epoch = epoch + (double)batchesDone / run.Plan.BatchesPerEpoch;
            progress.EndStep();
            Invoke(callback => callback.OnStepEnd(_arguments, state, control));
            LogEvaluateSave(cancel);
            Report();
            if (control.ShouldEpochStop || control.ShouldTrainingStop) break;
        }
        if (batchesDone == 0) StopWithoutRows(epoch);
        progress.EndEpoch();
        Invoke(callback => callback.OnEpochEnd(_arguments, state, control));
        var evaluates = control.ShouldEvaluate;
        LogEvaluateSave(cancel);
        if (evaluates && run.StepsDone > 0) Report();
    }

    private List<ModelInputs> NextGroup(EpochBatches batches)
    {
        var group = new List<ModelInputs>();
        try
        {
            while (group.Count < _arguments.GradientAccumulationSteps && batches.HasNext) group.Add(batches.Next());
            return group;
        }
        catch
        {
            foreach (var inputs in group) inputs.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops the run if the stream returned no rows in an epoch, because the stream would return no rows in the next epochs either.
    /// </summary>
    /// <exception cref="DatasetException">No epoch had rows.</exception>
    private void StopWithoutRows(int epoch)
    {
        var (step, maxSteps) = (run.State.GlobalStep, run.State.MaxSteps);
        if (step >= maxSteps || run.Control.ShouldTrainingStop) return;
        var dropped = _arguments.DataloaderDropLast ? " (DataloaderDropLast drops an incomplete batch)" : "";
        if (step == 0)
            throw new DatasetException($"The training stream has no rows{dropped}. Check the filter or the files that it reads.");
        warn($"The training stream had no rows in epoch {epoch}{dropped}, so the training ends at step {step} of {maxSteps}. "
            + "A stream must return its rows in each epoch; a generator function must start a new sequence each time it is called.");
        run.Control.ShouldTrainingStop = true;
    }

    private void Update(IReadOnlyList<ModelInputs> group)
    {
        var (state, control, progress) = (run.State, run.Control, run.Progress);
        var flos = group.Sum(model.FloatingPointOperations);
        (var loss, progress.GradientNorm) = update.Backward(group, state.GlobalStep + 1, run.Callbacks.UsesGradients,
            () => Invoke(callback => callback.OnSubstepEnd(_arguments, state, control)));
        progress.AddLoss(loss);
        state.TotalFlos += flos;
        progress.LearningRate = run.Schedule.At(state.GlobalStep);
        Invoke(callback => callback.OnPreOptimizerStep(_arguments, state, control));
        update.Apply(progress.LearningRate, () =>
        {
            model.OnOptimizerStep(state.GlobalStep + 1, state.MaxSteps);
            Invoke(callback => callback.OnOptimizerStep(_arguments, state, control));
        });
    }

    private void LogEvaluateSave(CancellationToken cancel)
    {
        var (control, progress, step) = (run.Control, run.Progress, run.State.GlobalStep);
        if (control.ShouldLog && progress.HasNewLoss(step))
            log(new OrderedDictionary<string, double>
            {
                ["loss"] = progress.TakeMeanLoss(step), ["grad_norm"] = progress.GradientNorm, ["learning_rate"] = progress.LearningRate,
            });
        if (control.ShouldEvaluate)
        {
            _metrics = Evaluate(cancel);
            var isBest = UpdateBestMetric(_metrics);
            if (_arguments.SaveStrategy == SaveStrategy.Best) control.ShouldSave = isBest;
        }
        if (control.ShouldSave) Save();
        control.ShouldLog = control.ShouldEvaluate = control.ShouldSave = false;
    }

    private IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancel)
    {
        if (!_arguments.SaveOnCancel) return evaluate(cancel);
        using var random = DefaultGenerator.Save();
        var (lines, states) = (run.State.Log.Count, new Dictionary<string, JsonObject>(StringComparer.Ordinal));
        foreach (var (name, state) in run.Callbacks.SaveStates()) states[name] = state;
        try { return evaluate(cancel); }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            DefaultGenerator.Restore(random);             // the checkpoint contains the state before the evaluation
            run.State.Log.RemoveRange(lines, run.State.Log.Count - lines);
            run.Callbacks.LoadStates(states);
            (run.Progress.IsEvaluationPending, run.Progress.IsSavePending) = (true, run.Control.ShouldSave);
            throw Cancelled(cancel);
        }
    }

    /// <summary>
    /// Saves a checkpoint of the last step if <see cref="TrainingArguments.SaveOnCancel"/> is true, and returns the exception of a
    /// cancelled run.
    /// </summary>
    private OperationCanceledException Cancelled(CancellationToken cancel)
    {
        var (step, maxSteps) = (run.State.GlobalStep, run.State.MaxSteps);
        if (_arguments.SaveOnCancel && run.StepsDone > 0 && _savedStep != step) Save();
        return new OperationCanceledException($"The training was cancelled after step {step} of {maxSteps}"
            + (_savedStep == step
                ? $"; the checkpoint of this step is '{CheckpointFolder.Of(_arguments.OutputDir, step)}'. "
                    + "Resume it with Train(Resume.IfPresent)."
                : "."), cancel);
    }

    private void Report()
    {
        var (state, progress) = (run.State, run.Progress);
        report?.Report(new TrainProgress(
            state.GlobalStep, state.MaxSteps, state.Epoch, progress.LastLoss, progress.LearningRate, progress.GradientNorm, _metrics));
    }

    private bool UpdateBestMetric(IReadOnlyDictionary<string, double> metrics)
    {
        if (_arguments.BestMetric is not { } name) return false;
        if (!metrics.TryGetValue(name, out var value))
            throw new ArgumentException($"MetricForBestModel is '{_arguments.MetricForBestModel ?? "loss"}', "
                + $"but the evaluation returned {string.Join(", ", metrics.Keys)}. Set MetricForBestModel to one of these.");
        run.Schedule.Update(value);
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
        if (state.BestGlobalStep is { } best
            && (best == state.GlobalStep || Directory.Exists(CheckpointFolder.Of(_arguments.OutputDir, best))))
            state.BestModelCheckpoint = CheckpointFolder.Of(_arguments.OutputDir, best);
        CheckpointFolder.Write(folder, temporary => Checkpoint.Write(temporary, run, model, saveModel));
        _savedStep = state.GlobalStep;
        Invoke(callback => callback.OnSave(_arguments, state, run.Control));
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
        if (_arguments.LoadBestModelAtEnd && state.BestModelCheckpoint is { } best) model.LoadWeights(best, _arguments.AllowPickle);
        model.eval();
        Invoke(callback => callback.OnTrainEnd(_arguments, state, run.Control));
        metrics["epoch"] = state.Epoch;
        return new TrainOutput(state.GlobalStep, meanLoss, new MetricTable(metrics));
    }

    private void Invoke(Action<TrainerCallback> handler) => run.Callbacks.Invoke(handler);
}
