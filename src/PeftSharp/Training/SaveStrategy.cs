namespace PeftSharp.Training;

/// <summary>When the trainer writes a checkpoint.</summary>
public enum SaveStrategy
{
    /// <summary>Never.</summary>
    No,
    /// <summary>Every <see cref="TrainingArguments.SaveSteps"/> optimizer steps, and at the end.</summary>
    Steps,
    /// <summary>At the end of each epoch.</summary>
    Epoch,
    /// <summary>After each evaluation that is the best so far.</summary>
    Best,
}
