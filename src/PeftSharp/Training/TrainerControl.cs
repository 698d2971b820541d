namespace PeftSharp.Training;

/// <summary>What the loop is to do next; callbacks change it, the loop acts on it and takes it back.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TrainerControl
{
    /// <summary>End the run after this step.</summary>
    public bool ShouldTrainingStop { get; set; }

    /// <summary>Go on with the next epoch.</summary>
    public bool ShouldEpochStop { get; set; }

    /// <summary>Write a checkpoint after this step.</summary>
    public bool ShouldSave { get; set; }

    /// <summary>Evaluate after this step.</summary>
    public bool ShouldEvaluate { get; set; }

    /// <summary>Log the loss after this step.</summary>
    public bool ShouldLog { get; set; }
}
