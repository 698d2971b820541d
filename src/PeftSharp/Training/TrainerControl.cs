namespace PeftSharp.Training;

/// <summary>
/// Controls the training loop (transformers' <c>TrainerControl</c>). Callbacks set the properties; the loop acts on them and resets them.
/// </summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class TrainerControl
{
    /// <summary>Whether the run ends after this step.</summary>
    public bool ShouldTrainingStop { get; set; }

    /// <summary>Whether the current epoch ends after this step.</summary>
    public bool ShouldEpochStop { get; set; }

    /// <summary>Whether a checkpoint is saved after this step.</summary>
    public bool ShouldSave { get; set; }

    /// <summary>Whether the model is evaluated after this step.</summary>
    public bool ShouldEvaluate { get; set; }

    /// <summary>Whether the loss is logged after this step.</summary>
    public bool ShouldLog { get; set; }
}
