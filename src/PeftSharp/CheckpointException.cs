namespace PeftSharp;

/// <summary>Thrown if a checkpoint (weights, configuration or training state) is missing, malformed or does not match the model.</summary>
public sealed class CheckpointException : PeftSharpException
{
    /// <inheritdoc/>
    public CheckpointException(string message) : base(message) { }

    /// <inheritdoc/>
    public CheckpointException(string message, Exception? innerException) : base(message, innerException) { }
}
