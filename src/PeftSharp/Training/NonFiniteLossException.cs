namespace PeftSharp.Training;

/// <summary>A loss or gradient that is no number. The step was not applied: the weights are those of the step before.</summary>
public sealed class NonFiniteLossException : PeftSharpException
{
    /// <summary>The optimizer step that was not applied, counted from 1.</summary>
    public int Step { get; }

    /// <summary>An error at a step.</summary>
    public NonFiniteLossException(string message, int step) : base(message) => Step = step;
}
