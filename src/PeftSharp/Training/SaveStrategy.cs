namespace PeftSharp.Training;

/// <summary>When the trainer writes a checkpoint (transformers' <c>SaveStrategy</c>).</summary>
public enum SaveStrategy
{
    /// <summary>Never.</summary>
    No,
    /// <summary>
    /// Every <see cref="TrainingArguments.SaveSteps"/> optimizer steps. A checkpoint is also written after the last step of the run, unless
    /// the run ends early.
    /// </summary>
    Steps,
    /// <summary>At the end of each epoch.</summary>
    Epoch,
    /// <summary>After each evaluation with a new best metric (<see cref="TrainingArguments.MetricForBestModel"/>).</summary>
    Best,
}
