namespace PeftSharp.Training;

/// <summary>When <see cref="TrainingArguments.PushToHub"/> uploads during a run (transformers' <c>HubStrategy</c>).</summary>
public enum HubStrategy
{
    /// <summary>The model and its card are uploaded at the end of <see cref="Trainer.Train"/>.</summary>
    End,

    /// <summary>
    /// As <see cref="End"/>; in addition, the model is uploaded after each checkpoint. A checkpoint is skipped if the upload of an earlier
    /// one is not finished.
    /// </summary>
    EverySave,

    /// <summary>
    /// As <see cref="EverySave"/>; in addition, the checkpoint is uploaded to the folder <c>last-checkpoint</c>, so that the run can be
    /// resumed from it.
    /// </summary>
    Checkpoint,

    /// <summary>
    /// As <see cref="EverySave"/>; in addition, each checkpoint is uploaded to a folder with its name, such as <c>checkpoint-500</c>.
    /// </summary>
    AllCheckpoints,
}
