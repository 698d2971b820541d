using PeftSharp.Optimization;
using PeftSharp.Training.Callbacks;

namespace PeftSharp.Training.Loop;

/// <summary>Everything that changes while a run goes on: what a checkpoint writes and a resumed run reads.</summary>
internal sealed class TrainingRun(TrainingArguments arguments, StepPlan plan, Optimizer optimizer, CallbackList callbacks) : IDisposable
{
    private float _lossSinceLog;
    private double _totalLoss;
    private int _lastLoggedStep;
    private int _firstStep;

    internal TrainingArguments Arguments => arguments;
    internal StepPlan Plan => plan;
    internal Optimizer Optimizer => optimizer;
    internal CallbackList Callbacks => callbacks;
    internal LearningRate Schedule { get; } = new(arguments, plan);
    internal TrainerControl Control { get; } = new();
    internal TrainerState State { get; private set; } = new();

    /// <summary>Fills in what follows from the arguments; a resumed state keeps where it stands.</summary>
    internal void Begin(TrainerState? resumed)
    {
        State = resumed ?? new TrainerState();
        State.MaxSteps = plan.MaxSteps;
        State.NumTrainEpochs = plan.Epochs;
        State.TrainBatchSize = arguments.PerDeviceTrainBatchSize;
        State.LoggingSteps = plan.Interval(arguments.LoggingSteps);
        State.EvalSteps = plan.Interval(arguments.EvalSteps ?? arguments.LoggingSteps);
        State.SaveSteps = plan.Interval(arguments.SaveSteps);
        _firstStep = _lastLoggedStep = State.GlobalStep;
    }

    /// <summary>Whether a step was done since the last log.</summary>
    internal bool HasNewLoss => State.GlobalStep > _lastLoggedStep;

    /// <summary>Counts the loss of a step.</summary>
    internal void AddLoss(float loss) => _lossSinceLog += loss;

    /// <summary>Mean loss of the steps since the last log; counting begins anew.</summary>
    internal double TakeLoss()
    {
        var mean = (double)_lossSinceLog / (State.GlobalStep - _lastLoggedStep);
        _totalLoss += _lossSinceLog;
        (_lossSinceLog, _lastLoggedStep) = (0, State.GlobalStep);
        return mean;
    }

    /// <summary>Steps that this process did.</summary>
    internal int StepsDone => State.GlobalStep - _firstStep;

    /// <summary>Mean loss of the steps that this process did.</summary>
    internal double MeanLoss => (_totalLoss + _lossSinceLog) / Math.Max(StepsDone, 0.001);

    public void Dispose() => optimizer.Dispose();
}
