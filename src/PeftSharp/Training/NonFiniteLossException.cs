namespace PeftSharp.Training;

/// <summary>
/// Thrown when a loss or gradient is NaN or infinite. The optimizer step was not applied: the weights have not changed since the previous
/// step.
/// </summary>
public sealed class NonFiniteLossException : PeftSharpException
{
    /// <summary>The optimizer step that was not applied, counted from 1.</summary>
    public int Step { get; }

    /// <summary>Creates an exception for an optimizer step.</summary>
    /// <param name="message">The message.</param>
    /// <param name="step">The optimizer step, counted from 1.</param>
    public NonFiniteLossException(string message, int step) : base(message) => Step = step;
}
