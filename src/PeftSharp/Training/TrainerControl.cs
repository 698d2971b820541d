namespace PeftSharp.Training;

/// <summary>What the training loop does next. Callbacks set the properties; the loop acts on them and resets them.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TrainerControl
{
    /// <summary>End the run after this step.</summary>
    public bool ShouldTrainingStop { get; set; }

    /// <summary>Continue with the next epoch.</summary>
    public bool ShouldEpochStop { get; set; }

    /// <summary>Write a checkpoint after this step.</summary>
    public bool ShouldSave { get; set; }

    /// <summary>Evaluate after this step.</summary>
    public bool ShouldEvaluate { get; set; }

    /// <summary>Log the loss after this step.</summary>
    public bool ShouldLog { get; set; }
}
