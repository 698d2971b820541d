namespace PeftSharp.Training;

/// <summary>When the trainer logs or evaluates (transformers' <c>IntervalStrategy</c>).</summary>
public enum IntervalStrategy
{
    /// <summary>Never. The metrics of the whole run are logged at its end in any case.</summary>
    No,
    /// <summary>
    /// Every <see cref="TrainingArguments.LoggingSteps"/> or <see cref="TrainingArguments.EvalSteps"/> optimizer steps. The model is also
    /// evaluated after the last step of the run, unless the run ends early.
    /// </summary>
    Steps,
    /// <summary>At the end of each epoch.</summary>
    Epoch,
}
