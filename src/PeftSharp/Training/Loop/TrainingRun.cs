using PeftSharp.Training.Callbacks;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training.Loop;

/// <summary>Everything that changes while a run goes on: what a checkpoint writes and a resumed run reads.</summary>
/// <param name="arguments">The run's arguments.</param>
/// <param name="plan">Its steps.</param>
/// <param name="optimizer">Moves the weights; the caller disposes it.</param>
/// <param name="schedule">The learning rate of each step.</param>
/// <param name="callbacks">The callbacks that are called at each event.</param>
/// <param name="drawsOrder">Whether the order of the rows is drawn from the main random stream.</param>
internal sealed class TrainingRun(TrainingArguments arguments, StepPlan plan, Optimizer optimizer, LearningRate schedule, CallbackList callbacks, bool drawsOrder) : IDisposable
{
    private const int UnusedEvalSteps = 500;          // what transformers' state holds where evaluations do not go by steps
    private int _firstStep;
    private Tensor? _epochBegin;

    internal TrainingArguments Arguments => arguments;
    internal StepPlan Plan => plan;
    internal Optimizer Optimizer => optimizer;
    internal CallbackList Callbacks => callbacks;
    internal LearningRate Schedule => schedule;

    /// <summary>Whether the order of the rows is drawn from the main random stream, so that a resumed run must draw it again.</summary>
    internal bool DrawsOrder => drawsOrder;

    internal TrainerControl Control { get; } = new();
    internal RunProgress Progress { get; } = new();
    internal TrainerState State { get; private set; } = new();

    /// <summary>The random stream before the current epoch drew the order of its rows, which a resumed run draws again; null if the order comes from a stream of its own. The run disposes it.</summary>
    internal Tensor? EpochBegin
    {
        get => _epochBegin;
        set
        {
            _epochBegin?.Dispose();
            _epochBegin = value?.DetachFromDisposeScope();
        }
    }

    /// <summary>Fills in what follows from the arguments; a resumed state keeps where it stands.</summary>
    internal void Begin(TrainerState? resumed)
    {
        State = resumed ?? new TrainerState();
        State.MaxSteps = plan.MaxSteps;
        State.NumTrainEpochs = plan.Epochs;
        State.TrainBatchSize = arguments.PerDeviceTrainBatchSize;
        State.LoggingSteps = plan.Interval(arguments.LoggingSteps);
        State.EvalSteps = plan.Interval(arguments.EvalSteps ?? (arguments.EvalStrategy == IntervalStrategy.Steps ? arguments.LoggingSteps : UnusedEvalSteps));
        State.SaveSteps = plan.Interval(arguments.SaveSteps);
        _firstStep = State.GlobalStep;
    }

    /// <summary>Steps that this process did.</summary>
    internal int StepsDone => State.GlobalStep - _firstStep;

    public void Dispose() => _epochBegin?.Dispose();
}
