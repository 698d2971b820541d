namespace PeftSharp.Training;

/// <summary>When the trainer logs or evaluates (transformers' <c>IntervalStrategy</c>).</summary>
public enum IntervalStrategy
{
    /// <summary>Never.</summary>
    No,
    /// <summary>
    /// Every <see cref="TrainingArguments.LoggingSteps"/> or <see cref="TrainingArguments.EvalSteps"/> optimizer steps; the model is also
    /// evaluated at the end of the run.
    /// </summary>
    Steps,
    /// <summary>At the end of each epoch.</summary>
    Epoch,
}
