using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Tokenization;

namespace PeftSharp.Training;

/// <summary>
/// The objects of a trainer, for its callbacks and derived classes. transformers passes these objects to each event of a callback as
/// keyword arguments.
/// </summary>
/// <remarks>Not thread-safe: use an instance from the thread that trains.</remarks>
public sealed class TrainerContext
{
    internal TrainerContext(PretrainedModel model, Tokenizer? tokenizer) => (Model, Tokenizer) = (model, tokenizer);

    /// <summary>The model that is trained.</summary>
    public PretrainedModel Model { get; internal set; }

    /// <summary>The tokenizer that was given to the trainer; null if there is none.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>The optimizer of the current run; null outside of a run.</summary>
    public Optimizer? Optimizer { get; internal set; }

    /// <summary>
    /// The learning-rate schedule of the current run; null outside of a run, and if the learning rate depends on the evaluations
    /// (<see cref="SchedulerType.ReduceLrOnPlateau"/>).
    /// </summary>
    public LearningRateSchedule? LrScheduler { get; internal set; }
}
