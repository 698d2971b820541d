using PeftSharp.Training.Callbacks;
using static TorchSharp.torch;
using Optimizer = PeftSharp.Optimization.Optimizer;

namespace PeftSharp.Training.Loop;

/// <summary>The mutable state of a run, which a checkpoint stores and a resumed run loads.</summary>
/// <param name="arguments">The arguments of the run.</param>
/// <param name="plan">The steps of the run.</param>
/// <param name="optimizer">The optimizer; the caller disposes it.</param>
/// <param name="schedule">The learning rate of each step.</param>
/// <param name="callbacks">The callbacks that are called at each event.</param>
/// <param name="orderUsesDefaultGenerator">Whether the row order is drawn from libtorch's default random number generator.</param>
internal sealed class TrainingRun(
    TrainingArguments arguments, StepPlan plan, Optimizer optimizer, LearningRate schedule, CallbackList callbacks,
    bool orderUsesDefaultGenerator) : IDisposable
{
    private const int UnusedEvalSteps = 500;          // the value in the state of transformers if EvalStrategy is not Steps
    private int _firstStep;
    private Tensor? _epochBegin;

    internal TrainingArguments Arguments => arguments;
    internal StepPlan Plan => plan;
    internal Optimizer Optimizer => optimizer;
    internal CallbackList Callbacks => callbacks;
    internal LearningRate Schedule => schedule;

    /// <summary>
    /// Whether the row order is drawn from libtorch's default random number generator, so that a resumed run must draw it again from the
    /// saved state.
    /// </summary>
    internal bool OrderUsesDefaultGenerator => orderUsesDefaultGenerator;

    /// <summary>The training data if it is a stream; null if it is a dataset.</summary>
    internal TrainingStream? Stream { get; init; }

    internal TrainerControl Control { get; } = new();
    internal RunProgress Progress { get; } = new();
    internal TrainerState State { get; private set; } = new();

    /// <summary>
    /// The state of the default random number generator before the row order of the current epoch was drawn; null if the row order uses a
    /// separate generator. The run disposes the tensor.
    /// </summary>
    internal Tensor? EpochBegin
    {
        get => _epochBegin;
        set
        {
            _epochBegin?.Dispose();
            _epochBegin = value?.DetachFromDisposeScope();
        }
    }

    /// <summary>
    /// Starts the run: sets the state (in a resumed run, the state of the checkpoint) and the values that depend on the arguments.
    /// </summary>
    internal void Begin(TrainerState? resumed)
    {
        State = resumed ?? new TrainerState();
        State.MaxSteps = plan.MaxSteps;
        State.NumTrainEpochs = plan.Epochs;
        State.TrainBatchSize = arguments.PerDeviceTrainBatchSize;
        State.LoggingSteps = plan.Interval(arguments.LoggingSteps);
        State.EvalSteps = plan.Interval(
            arguments.EvalSteps ?? (arguments.EvalStrategy == IntervalStrategy.Steps ? arguments.LoggingSteps : UnusedEvalSteps));
        State.SaveSteps = plan.Interval(arguments.SaveSteps);
        _firstStep = State.GlobalStep;
    }

    /// <summary>The number of optimizer steps of this process, without those before the checkpoint.</summary>
    internal int StepsDone => State.GlobalStep - _firstStep;

    public void Dispose() => _epochBegin?.Dispose();
}
