namespace PeftSharp.Training;

/// <summary>When <see cref="TrainingArguments.PushToHub"/> uploads during a run (transformers' <c>HubStrategy</c>).</summary>
public enum HubStrategy
{
    /// <summary>The model and its card are uploaded at the end of <see cref="Trainer.Train"/>.</summary>
    End,

    /// <summary>In addition, the model is uploaded after each checkpoint.</summary>
    EverySave,

    /// <summary>
    /// In addition, the last checkpoint is uploaded to the folder <c>last-checkpoint</c>, so that the run can be resumed.
    /// </summary>
    Checkpoint,

    /// <summary>In addition, all checkpoints are uploaded to folders with their names.</summary>
    AllCheckpoints,
}
