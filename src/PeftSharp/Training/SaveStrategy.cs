namespace PeftSharp.Training;

/// <summary>When a checkpoint is written during training.</summary>
public enum SaveStrategy
{
    /// <summary>Never.</summary>
    No,
    /// <summary>Every <see cref="TrainingArguments.SaveSteps"/> optimizer steps, and at the end.</summary>
    Steps,
    /// <summary>At the end of each epoch.</summary>
    Epoch,
    /// <summary>Whenever an evaluation is the best so far.</summary>
    Best,
}
